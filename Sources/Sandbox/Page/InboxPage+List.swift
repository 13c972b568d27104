extension InboxPage {
  /// The list: what is shown of it, what is chosen, what is searched for.
  static let listScript = #"""
    'use strict';
    const $ = id => document.getElementById(id);
    const make = (tag, props = {}, ...children) => {
      const { dataset, ...rest } = props;
      const node = Object.assign(document.createElement(tag), rest);
      Object.assign(node.dataset, dataset);
      node.append(...children.filter(child => child != null));
      return node;
    };
    const PAGE = 100, SHOWN = 1000;
    const state = { messages: [], chosen: null, channel: '', provider: '', search: '', total: 0,
      providers: [], request: 0 };
    const titles = () => new Map(state.providers.map(one => [one.name, one.title]));
    const title = name => titles().get(name) ?? name;
    const isFiltered = () => state.channel || state.provider || state.search;

    async function call(path, options) {
      const answer = await fetch(path, options);
      const text = answer.status === 204 ? '' : await answer.text();
      let body = {};
      try { body = text ? JSON.parse(text) : {}; } catch { body = { error: text }; }
      if (!answer.ok) throw new Error(body.error ?? `status ${answer.status}`);
      return body;
    }

    const today = () => new Date().toDateString();
    function clock(iso) {
      const time = new Date(iso);
      return time.toDateString() === today()
        ? time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit',
          hourCycle: 'h23' })
        : time.toLocaleDateString([], { day: 'numeric', month: 'short' });
    }

    function query(more = {}) {
      const fields = { view: 'summary', limit: PAGE, channel: state.channel,
        provider: state.provider, q: state.search, ...more };
      const pairs = Object.entries(fields).filter(pair => pair[1] !== '');
      return '/_/messages?' + new URLSearchParams(pairs);
    }

    async function load() {
      const request = ++state.request;
      const answer = await call(query());
      if (request !== state.request) return;
      // What was told while the answer was under way is newer than it.
      const last = Number(answer.messages[0]?.id ?? 0);
      const newer = isFiltered() ? [] : state.messages.filter(one => Number(one.id) > last);
      state.messages = [...newer, ...answer.messages];
      state.total = answer.total + newer.length;
      $('older').hidden = answer.messages.length < PAGE;
      draw();
    }

    async function loadOlder() {
      const last = state.messages.at(-1);
      if (!last) return;
      const request = state.request;
      const answer = await call(query({ before: last.id }));
      if (request !== state.request) return;
      state.messages.push(...answer.messages);
      $('older').hidden = answer.messages.length < PAGE;
      $('list').append(...answer.messages.map(row));
    }

    function row(message) {
      // What a receiver that writes the text itself got is no preview.
      const what = message.subject || (message.text.startsWith('{') ? '' : message.text);
      return make('li', { className: 'row', id: 'm' + message.id, role: 'option',
        ariaSelected: String(message.id === state.chosen), dataset: { id: message.id } },
        make('span', { className: 'to', textContent: message.recipient }),
        make('time', { dateTime: message.time, textContent: clock(message.time),
          title: new Date(message.time).toLocaleString() }),
        make('span', { className: 'what',
          textContent: [message.usageType, title(message.provider), what]
            .filter(Boolean).join(' · ') }),
        message.code ? make('span', { className: 'code', textContent: message.code }) : null);
    }

    function draw() {
      $('list').replaceChildren(...state.messages.map(row));
      drawFrame();
    }

    function drawFrame() {
      const isEmpty = state.messages.length === 0;
      $('count').textContent = state.total ? state.total.toLocaleString() : '';
      $('waiting').hidden = !isEmpty || Boolean(isFiltered());
      $('none').hidden = !(isEmpty && isFiltered());
      $('clear').disabled = state.total === 0;
      const isWelcome = isEmpty && !isFiltered() && !state.chosen;
      $('welcome').hidden = !isWelcome;
      $('pick').hidden = isWelcome || state.chosen !== null;
      $('message').hidden = state.chosen === null;
      document.body.dataset.view = state.chosen ? 'detail' : isWelcome ? 'welcome' : 'list';
      document.title = state.total ? `Inbox (${state.total})` : 'Inbox';
    }

    function add(message) {
      state.total += 1;
      // Whether it matches is the server's to say: a text is not whole here.
      if (isFiltered()) { later(load); drawFrame(); return; }
      if (state.messages.some(one => one.id === message.id)) { state.total -= 1; return; }
      state.messages.unshift(message);
      const fresh = row(message);
      fresh.classList.add('fresh');
      $('list').prepend(fresh);
      while (state.messages.length > SHOWN) {
        state.messages.pop();
        $('list').lastElementChild.remove();
        $('older').hidden = false;
      }
      drawFrame();
    }

    function renew(message) {
      const index = state.messages.findIndex(one => one.id === message.id);
      if (index >= 0) {
        state.messages[index] = message;
        $('m' + message.id)?.replaceWith(row(message));
      }
      if (state.chosen === message.id) show(message.id);
    }

    let timer = 0;
    function later(action) {
      clearTimeout(timer);
      timer = setTimeout(() => action().catch(tellError), 150);
    }

    function choose(id) {
      for (const node of $('list').querySelectorAll('[aria-selected=true]')) {
        node.ariaSelected = 'false';
      }
      state.chosen = id;
      const node = id && $('m' + id);
      if (node) {
        node.ariaSelected = 'true';
        node.scrollIntoView({ block: 'nearest' });
        $('list').setAttribute('aria-activedescendant', node.id);
      } else {
        $('list').removeAttribute('aria-activedescendant');
      }
      history.replaceState(null, '', id ? '#' + id : location.pathname);
      drawFrame();
      if (id) show(id);
    }

    function move(step) {
      if (!state.messages.length) return;
      const index = state.messages.findIndex(one => one.id === state.chosen);
      const next = index < 0 ? 0 : Math.min(Math.max(index + step, 0), state.messages.length - 1);
      choose(state.messages[next].id);
    }

    """#
}
