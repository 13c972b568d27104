extension InboxPage {
  /// One message, and what to do when there is none.
  static let detailScript = #"""
    async function show(id) {
      let message;
      try { message = await call('/_/messages/' + id); } catch (error) {
        if (state.chosen === id) { choose(null); tellError(error); }
        return;
      }
      if (state.chosen !== id) return;
      // What was opened stays open when the same message is drawn anew.
      const isSame = $('message').dataset.id === id;
      const wasOpen = isSame && $('message').querySelector('details')?.open;
      const tab = isSame ? $('message').dataset.tab : '';
      $('message').dataset.id = id;
      $('message').replaceChildren(
        make('button', { className: 'quiet back', type: 'button', textContent: '← Messages',
          onclick: () => choose(null) }),
        ...[head(message), code(message), ...parts(message, tab), conclusion(message),
          raw(message, wasOpen)].filter(Boolean));
      if (!isSame) $('detail').scrollTop = 0;
    }

    function head(message) {
      const kind = message.channel === 'sms' ? 'SMS' : 'E-mail';
      const about = [kind, title(message.provider), message.usageType].filter(Boolean).join(' · ');
      const from = message.sender ? `From ${message.sender} · ` : '';
      return make('div', { className: 'head' },
        make('span', { className: 'chip', textContent: about }),
        make('h2', { textContent: message.recipient }),
        make('p', { className: 'when',
          textContent: from + new Date(message.time).toLocaleString([], { dateStyle: 'medium',
            timeStyle: 'medium' }) }));
    }

    function code(message) {
      if (!message.code) return null;
      const spoken = [...message.code].join(' ');
      return make('div', { className: 'thecode' },
        make('output', { textContent: message.code, ariaLabel: 'Code ' + spoken }),
        make('button', { className: 'primary', type: 'button', textContent: 'Copy',
          onclick: () => copy(message.code) }));
    }

    function parts(message, tab) {
      const text = make('div', { className: message.channel === 'sms' ? 'bubble' : 'letter',
        textContent: pretty(message.text) });
      const heading = message.subject
        ? make('h3', { textContent: 'Subject' }) : make('h3', { textContent: 'Message' });
      const subject = message.subject ? make('p', { textContent: message.subject }) : null;
      if (!message.html) {
        return [heading, subject, subject && make('h3', { textContent: 'Message' }), text];
      }
      const frame = make('iframe', { title: 'HTML part', referrerPolicy: 'no-referrer' });
      frame.setAttribute('sandbox', '');
      frame.src = `/_/messages/${message.id}/html`;
      const panels = { HTML: frame, Text: text };
      const tabs = make('div', { className: 'tabs', role: 'tablist' });
      const pick = name => {
        $('message').dataset.tab = name;
        for (const button of tabs.children) {
          button.ariaSelected = String(button.textContent === name);
        }
        for (const [key, panel] of Object.entries(panels)) panel.hidden = key !== name;
      };
      for (const name of Object.keys(panels)) {
        tabs.append(make('button', { type: 'button', role: 'tab', textContent: name,
          onclick: () => pick(name) }));
      }
      pick(tab || 'HTML');
      return [heading, subject, tabs, frame, text];
    }

    function conclusion(message) {
      const known = message.conclusion;
      const section = make('section', {}, make('h3', { textContent: 'What the worker concluded' }));
      if (!known) {
        section.append(make('p', { className: 'open',
          textContent: 'Nothing yet. A worker in another process does not tell the sandbox.' }));
        return section;
      }
      const isGood = ['delivered', 'accepted', 'sent'].includes(known.outcome);
      const facts = make('dl', { className: 'facts' });
      const fact = (name, value, className = '') => {
        if (value === null || value === undefined || value === '') return;
        facts.append(make('div', {}, make('dt', { textContent: name }),
          make('dd', { textContent: value, className })));
      };
      fact('Outcome', known.outcome, isGood ? 'good' : 'bad');
      fact('Reason', known.reason);
      fact('Attempts', known.attempts);
      fact('Latency', known.latencyMs === null ? null : known.latencyMs + ' ms');
      fact('Connector', known.connector);
      fact('Event', known.eventId);
      section.append(facts);
      return section;
    }

    function raw(message, isOpen) {
      const request = message.request;
      const lines = make('pre', {}, request.line + '\n');
      for (const { name, value } of request.headers) {
        lines.append(make('span', { className: 'name', textContent: name + ': ' }), value + '\n');
      }
      const rest = request.bodyBytes - new TextEncoder().encode(request.body).length;
      const body = request.body ? make('pre', { textContent: request.body }) : null;
      return make('details', { open: Boolean(isOpen) },
        make('summary', { textContent: 'Request, as it came' }), lines, body,
        rest > 0 ? make('p', { className: 'hint', textContent: `… and ${rest} bytes more` }) : null);
    }

    function pretty(text) {
      if (!text.startsWith('{')) return text;
      try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
    }

    function snippet(text) {
      return make('div', { className: 'snippet' }, make('pre', { textContent: text }),
        make('button', { type: 'button', textContent: 'Copy', onclick: () => copy(text) }));
    }

    function drawWelcome() {
      const sample = state.providers.find(one => one.example);
      $('welcome').replaceChildren(
        make('h2', { textContent: 'Nothing has arrived yet' }),
        make('p', { textContent: 'Codes show up here the moment a stand-in takes them. ' +
          'Keep this page open; it needs no reload.' }),
        ...(sample ? [make('h3', { textContent: 'Send one now' }), snippet(sample.example)] : []),
        ...state.providers.flatMap(one => [
          make('h3', { textContent: `Connector for ${one.title}` }), snippet(one.connector)]),
        make('h3', { textContent: 'Read codes in a test' }),
        snippet(`curl '${location.origin}/_/messages?to=4512345678&wait=30&limit=1'`));
    }

    """#
}
