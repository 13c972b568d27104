extension InboxPage {
  /// What the page consists of before its script has filled it.
  static let content = #"""
    <body>
    <a class="skip" href="#list">Skip to messages</a>
    <header class="bar">
      <h1><span class="mark" aria-hidden="true"><i></i><i></i><i></i></span>Inbox
        <span id="count" class="count"></span></h1>
      <div class="find">
        <input id="search" type="search" placeholder="Search" aria-label="Search messages"
          autocomplete="off" spellcheck="false" maxlength="200">
        <kbd aria-hidden="true">/</kbd>
      </div>
      <div class="tools">
        <span id="live" class="live" data-state="wait" role="status"><i aria-hidden="true"></i>
          <span id="live-text">Connecting</span></span>
        <button id="open-faults" class="quiet" type="button">Faults<span id="fault-count"
          class="badge" hidden></span></button>
        <button id="clear" class="quiet" type="button">Clear</button>
      </div>
    </header>
    <div class="panes">
      <section class="list-pane" aria-label="Messages">
        <div class="filters">
          <div class="segments" role="group" aria-label="Channel">
            <button type="button" data-channel="" aria-pressed="true">All</button>
            <button type="button" data-channel="sms" aria-pressed="false">SMS</button>
            <button type="button" data-channel="email" aria-pressed="false">E-mail</button>
          </div>
          <select id="provider" aria-label="Provider"><option value="">Any provider</option></select>
        </div>
        <ul id="list" role="listbox" tabindex="0" aria-label="Messages, newest first"></ul>
        <p id="waiting" class="none" hidden>Waiting for the first message …</p>
        <p id="none" class="none" hidden>No message matches.
          <button id="reset" class="link" type="button">Show all</button></p>
        <button id="older" class="older" type="button" hidden>Show older</button>
      </section>
      <main id="detail" tabindex="-1" aria-label="Message">
        <div id="welcome" class="welcome" hidden></div>
        <div id="pick" class="pick" hidden>
          <p>Choose a message.</p>
          <p class="keys"><kbd>j</kbd><kbd>k</kbd> move <kbd>c</kbd> copy the code
            <kbd>/</kbd> search <kbd>Esc</kbd> back</p>
        </div>
        <article id="message" hidden></article>
      </main>
    </div>
    <dialog id="faults" aria-labelledby="faults-title">
      <form id="fault-form" method="dialog">
        <div class="dialog-head"><h2 id="faults-title">Let something go wrong</h2>
          <button id="close-faults" class="quiet" type="button" aria-label="Close">✕</button></div>
        <p class="hint">The next requests that match meet it, then all is as usual.</p>
        <div class="grid">
          <label>Provider<select name="provider" autofocus><option value="">Any</option></select></label>
          <label>Recipient<input name="to" placeholder="Anyone" autocomplete="off"></label>
          <label>What happens<select name="what">
            <option value="status">Answers an error</option>
            <option value="delay">Answers late</option>
            <option value="hang">Never answers</option>
            <option value="before">Closes, message not taken</option>
            <option value="after">Takes it, answer is lost</option>
          </select></label>
          <label>How often<input name="times" type="number" min="1" max="1000000" value="1"></label>
          <label data-for="status">Status<input name="status" type="number" min="300" max="599"
            value="503"></label>
          <label data-for="status">Provider’s code<input name="code" placeholder="21610, 4.7.1 …"
            autocomplete="off"></label>
          <label data-for="delay">Delay in ms<input name="delayMs" type="number" min="0"
            max="600000" value="3000"></label>
          <label data-for="mail">SMTP stage<select name="stage"><option value="">Usual</option>
            <option>connect</option><option>hello</option><option>starttls</option>
            <option>auth</option><option>mail</option><option>rcpt</option><option>data</option>
            <option>dot</option></select></label>
        </div>
        <p id="fault-error" class="error" role="alert" hidden></p>
        <div class="actions"><button class="primary" type="submit">Add</button></div>
      </form>
      <div id="pending" class="pending" aria-live="polite"></div>
    </dialog>
    <div id="toast" class="toast" role="status" aria-live="polite"></div>
    <div id="spoken" class="hidden" role="status" aria-live="polite"></div>
    </body>
    """#
}
