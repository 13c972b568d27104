extension InboxPage {
  /// What comes by itself, keys, buttons and the form of faults.
  static let liveScript = #"""
    let toastTimer = 0;
    function tell(text) {
      $('toast').textContent = text;
      $('toast').classList.add('on');
      clearTimeout(toastTimer);
      toastTimer = setTimeout(() => $('toast').classList.remove('on'), 1600);
    }
    const tellError = error => tell(error.message);

    async function copy(text) {
      try { await navigator.clipboard.writeText(text); } catch {
        // No clipboard outside of https and localhost.
        const area = make('textarea', { value: text, className: 'hidden' });
        document.body.append(area);
        area.select();
        document.execCommand('copy');
        area.remove();
      }
      tell('Copied');
    }

    function setLive(name, text) {
      if ($('live').dataset.state === name) return;
      $('live').dataset.state = name;
      $('live-text').textContent = text;
    }

    let source;
    function listen() {
      source = new EventSource('/_/events');
      const on = (name, action) => source.addEventListener(name, event => {
        action(JSON.parse(event.data));
      });
      source.onopen = () => setLive('on', 'Live');
      source.onerror = () => {
        setLive('off', 'Reconnecting');
        // A browser gives up after an answer that is no stream.
        if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
      };
      on('message', message => { add(message); speak(message); });
      on('conclusion', renew);
      on('cleared', () => {
        state.messages = [];
        choose(null);
        load().catch(tellError);
      });
      on('faults', () => loadFaults().catch(tellError));
      on('reset', () => {
        state.messages = [];
        start().catch(tellError);
      });
    }

    function speak(message) {
      const code = message.code ? ', code ' + [...message.code].join(' ') : '';
      $('spoken').textContent = `New message to ${message.recipient}${code}`;
    }

    async function start() {
      state.providers = (await call('/_/providers')).providers;
      for (const select of [$('provider'), $('fault-form').elements.provider]) {
        const chosen = select.value;
        select.replaceChildren(select.options[0],
          ...state.providers.map(one => make('option', { value: one.name, textContent: one.title })));
        select.value = chosen;
      }
      drawWelcome();
      await load();
      const id = location.hash.slice(1);
      if (/^\d+$/.test(id)) choose(id);
      await loadFaults();
    }

    // Filters

    $('search').addEventListener('input', event => {
      state.search = event.target.value.trim();
      later(load);
    });
    $('provider').addEventListener('change', event => {
      state.provider = event.target.value;
      load().catch(tellError);
    });
    for (const button of document.querySelectorAll('[data-channel]')) {
      button.addEventListener('click', () => {
        state.channel = button.dataset.channel;
        for (const one of document.querySelectorAll('[data-channel]')) {
          one.ariaPressed = String(one === button);
        }
        load().catch(tellError);
      });
    }
    $('reset').addEventListener('click', () => {
      state.search = state.provider = $('search').value = $('provider').value = '';
      document.querySelector('[data-channel=""]').click();
    });
    $('older').addEventListener('click', () => loadOlder().catch(tellError));
    $('list').addEventListener('click', event => {
      const node = event.target.closest('.row');
      if (node) choose(node.dataset.id);
    });
    $('clear').addEventListener('click', () => {
      if (confirm('Forget all messages?')) {
        call('/_/messages', { method: 'DELETE' }).catch(tellError);
      }
    });

    // Keys

    document.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey || $('faults').open) return;
      const isTyping = event.target.matches('input, select, textarea');
      if (event.key === 'Escape') {
        if (isTyping) event.target.blur(); else choose(null);
        return;
      }
      if (isTyping) {
        if (event.target === $('search') && ['ArrowDown', 'Enter'].includes(event.key)) {
          event.preventDefault();
          $('list').focus();
          move(0);
        }
        return;
      }
      const code = $('message').querySelector('output')?.textContent;
      const actions = {
        j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
        '/': () => $('search').focus(), c: () => state.chosen && code && copy(code),
      };
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    });

    // Faults

    const form = $('fault-form');
    function shapeForm() {
      const what = form.elements.what.value, provider = form.elements.provider.value;
      const isMail = state.providers.find(one => one.name === provider)?.isMail;
      for (const label of form.querySelectorAll('[data-for]')) {
        label.hidden = label.dataset.for === 'mail' ? !isMail : label.dataset.for !== what;
      }
    }
    form.addEventListener('change', shapeForm);
    form.addEventListener('submit', async event => {
      event.preventDefault();
      const field = name => form.elements[name].value.trim();
      const what = field('what');
      const fault = { provider: field('provider') || null, to: field('to') || null,
        times: Number(field('times')) };
      if (what === 'status') {
        fault.status = Number(field('status'));
        fault.code = field('code') || null;
      }
      if (what === 'delay') fault.delayMs = Number(field('delayMs'));
      if (what === 'hang') fault.hang = true;
      if (what === 'before' || what === 'after') fault.drop = what;
      if (!form.querySelector('[data-for=mail]').hidden) fault.stage = field('stage') || null;
      try {
        await call('/_/script', { method: 'POST', body: JSON.stringify(fault),
          headers: { 'Content-Type': 'application/json' } });
        $('fault-error').hidden = true;
      } catch (error) {
        $('fault-error').textContent = error.message;
        $('fault-error').hidden = false;
      }
    });
    $('open-faults').addEventListener('click', () => { shapeForm(); $('faults').showModal(); });
    $('close-faults').addEventListener('click', () => $('faults').close());

    function words(fault) {
      const what = fault.hang ? 'never answers'
        : fault.drop ? (fault.drop === 'after' ? 'answer is lost' : 'closes')
        : fault.status || fault.code ? [fault.status, fault.code].filter(Boolean).join(' ') : 'late';
      const late = fault.delayMs ? ` after ${fault.delayMs} ms` : '';
      const where = [fault.provider ? title(fault.provider) : 'any provider', fault.stage, fault.to]
        .filter(Boolean).join(', ');
      return `${fault.times} × ${what}${late} (${where})`;
    }

    async function loadFaults() {
      const { faults } = await call('/_/script');
      $('fault-count').textContent = faults.length;
      $('fault-count').hidden = faults.length === 0;
      $('pending').replaceChildren(...faults.map(fault => make('div', {},
        make('span', { textContent: words(fault) }),
        make('button', { className: 'quiet', type: 'button', textContent: 'Remove',
          onclick: () => call('/_/script/' + fault.id, { method: 'DELETE' }).catch(tellError) }))));
    }

    // The stream's first event is a reset, which draws the page.
    listen();
    """#
}
