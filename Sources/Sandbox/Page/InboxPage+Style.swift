extension InboxPage {
  /// The page's style.
  static let style = #"""
    :root{color-scheme:light dark;
    --paper:#f8f6f2;--surface:#fffefc;--sunk:#f2efe9;--ink:#1d1c1a;--muted:#67635d;--line:#e6e1d9;
    --accent:#1d5f5a;--on-accent:#fff;--soft:#e2eeec;--good:#2a7448;--bad:#ad3a27;--warn:#8a5d0a;
    --shadow:0 1px 2px rgb(60 50 40/.05),0 8px 28px rgb(60 50 40/.07);
    --sans:ui-sans-serif,system-ui,-apple-system,"Segoe UI","Inter","Noto Sans","DejaVu Sans",sans-serif;
    --mono:ui-monospace,"SF Mono","Cascadia Mono","JetBrains Mono",Menlo,"DejaVu Sans Mono",monospace}
    @media (prefers-color-scheme:dark){:root{
    --paper:#131416;--surface:#1a1b1e;--sunk:#212327;--ink:#eae7e1;--muted:#a29e97;--line:#2c2e32;
    --accent:#82cbc2;--on-accent:#0d2321;--soft:#1b302e;--good:#82cc9d;--bad:#f09a88;--warn:#e2b860;
    --shadow:0 1px 2px rgb(0 0 0/.3),0 12px 32px rgb(0 0 0/.35)}}
    *{box-sizing:border-box}
    [hidden]{display:none!important}
    html,body{height:100%;margin:0}
    body{display:flex;flex-direction:column;background:var(--paper);color:var(--ink);
    font:400 15px/1.5 var(--sans);-webkit-font-smoothing:antialiased;overflow:hidden}
    h1,h2,h3,p,ul,dl,dd{margin:0;padding:0}
    button,input,select{font:inherit;color:inherit}
    button{cursor:pointer}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    ::selection{background:var(--soft)}
    .hidden,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;
    clip-path:inset(50%);white-space:nowrap}
    .skip:focus{position:fixed;top:8px;left:8px;z-index:9;padding:8px 12px;border-radius:8px;
    background:var(--accent);color:var(--on-accent)}

    .bar{display:flex;align-items:center;gap:20px;padding:12px 20px;border-bottom:1px solid var(--line)}
    .bar h1{display:flex;align-items:baseline;gap:10px;font-size:16px;font-weight:650;
    letter-spacing:-.01em;white-space:nowrap}
    .mark{display:inline-flex;gap:3px;align-items:center;align-self:center;padding:7px 6px;
    border-radius:7px;background:var(--accent)}
    .mark i{width:4px;height:4px;border-radius:50%;background:var(--on-accent)}
    .count{font-weight:400;font-size:13px;color:var(--muted);font-variant-numeric:tabular-nums}
    .find{position:relative;flex:1;max-width:420px;margin:0 auto}
    .find input{width:100%;padding:7px 36px 7px 13px;border:1px solid var(--line);border-radius:9px;
    background:var(--surface);appearance:none}
    .find input::placeholder{color:var(--muted)}
    .find input:focus{outline:2px solid var(--accent);outline-offset:-1px}
    .find kbd{position:absolute;right:9px;top:50%;transform:translateY(-50%)}
    .find input:focus+kbd,.find input:not(:placeholder-shown)+kbd{display:none}
    kbd{display:inline-block;min-width:20px;padding:0 5px;border:1px solid var(--line);
    border-bottom-width:2px;border-radius:5px;background:var(--paper);color:var(--muted);
    font:500 11px/17px var(--mono);text-align:center}
    .tools{display:flex;align-items:center;gap:6px}
    .quiet{padding:6px 10px;border:0;border-radius:8px;background:none;color:var(--muted)}
    .quiet:hover{background:var(--sunk);color:var(--ink)}
    .badge{margin-left:6px;padding:0 6px;border-radius:9px;background:var(--warn);color:var(--paper);
    font-size:11px;font-weight:600;font-variant-numeric:tabular-nums}
    .live{display:inline-flex;align-items:center;gap:7px;margin-right:8px;font-size:13px;
    color:var(--muted);white-space:nowrap}
    .live i{width:7px;height:7px;border-radius:50%;background:var(--warn)}
    .live[data-state=on] i{background:var(--good);animation:breathe 3s ease-in-out infinite}
    .live[data-state=off]{color:var(--bad)}
    .live[data-state=off] i{background:var(--bad)}
    @keyframes breathe{50%{opacity:.45}}

    .panes{flex:1;display:grid;grid-template-columns:minmax(320px,400px) 1fr;min-height:0}
    .list-pane{display:flex;flex-direction:column;min-height:0;border-right:1px solid var(--line);
    overflow-y:auto;scrollbar-width:thin}
    .filters{position:sticky;top:0;z-index:1;display:flex;gap:10px;justify-content:space-between;
    padding:12px 16px;background:var(--paper)}
    .segments{display:flex;padding:2px;border-radius:9px;background:var(--sunk)}
    .segments button{padding:3px 12px;border:0;border-radius:7px;background:none;color:var(--muted);
    font-size:13px}
    .segments button[aria-pressed=true]{background:var(--surface);color:var(--ink);font-weight:550;
    box-shadow:0 1px 2px rgb(0 0 0/.1)}
    .filters select{min-width:0;padding:3px 6px;border:0;border-radius:8px;background:none;
    color:var(--muted);font-size:13px;text-align:right}
    #list{list-style:none;padding:0 8px 8px;outline-offset:-4px}
    .row{display:grid;grid-template-columns:1fr auto;gap:1px 12px;padding:11px 12px;border-radius:11px;
    cursor:default;content-visibility:auto;contain-intrinsic-size:auto 68px}
    .row+.row{margin-top:1px}
    .row:hover{background:var(--sunk)}
    .row[aria-selected=true]{background:var(--soft)}
    .row.fresh{animation:arrive 1.6s ease-out}
    @keyframes arrive{from{background:var(--soft);transform:translateY(-6px)}20%{transform:none}}
    .row .to{font-weight:550;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;
    font-variant-numeric:tabular-nums}
    .row time{text-align:right;color:var(--muted);font-size:12.5px;line-height:23px;font-variant-numeric:tabular-nums}
    .row .what{color:var(--muted);font-size:13.5px;overflow:hidden;text-overflow:ellipsis;
    white-space:nowrap}
    .row .code{text-align:right;font:550 14px/20px var(--mono);letter-spacing:.06em;color:var(--accent)}
    .none,.older{margin:8px auto 24px;color:var(--muted);font-size:14px;text-align:center}
    .older{padding:6px 14px;border:1px solid var(--line);border-radius:9px;background:var(--surface)}
    .link{padding:0;border:0;background:none;color:var(--accent);text-decoration:underline;
    text-underline-offset:3px}

    main{overflow-y:auto;min-width:0;background:var(--surface);outline:none;scrollbar-width:thin}
    article,.welcome{max-width:720px;margin:0 auto;padding:40px 40px 72px}
    .pick{display:grid;place-content:center;gap:14px;height:100%;color:var(--muted);text-align:center}
    .keys{display:flex;gap:6px;align-items:center;justify-content:center;font-size:13px}
    .keys kbd:not(:first-child){margin-left:8px}
    .keys kbd+kbd{margin-left:0!important}
    .back{display:none}
    .chip{display:inline-flex;gap:8px;color:var(--muted);font-size:13px}
    .head h2{margin:4px 0 2px;font-size:24px;line-height:1.25;font-weight:640;letter-spacing:-.018em;
    overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
    .head .when{color:var(--muted);font-size:14px}
    .thecode{display:flex;align-items:center;gap:20px;margin:28px 0;padding:22px 26px;
    border-radius:16px;background:var(--soft)}
    .thecode output{flex:1;font:500 clamp(30px,5.2vw,46px)/1.1 var(--mono);letter-spacing:.12em;
    color:var(--accent);overflow-wrap:anywhere;font-variant-ligatures:none}
    .primary{padding:9px 18px;border:0;border-radius:10px;background:var(--accent);
    color:var(--on-accent);font-weight:550}
    .primary:hover{filter:brightness(1.08)}
    h3{margin:32px 0 10px;font-size:13px;font-weight:600;color:var(--muted)}
    .bubble{width:fit-content;max-width:100%;padding:13px 18px;border-radius:18px 18px 18px 5px;
    background:var(--sunk);white-space:pre-wrap;overflow-wrap:anywhere}
    .letter{padding:20px 24px;border:1px solid var(--line);border-radius:14px;white-space:pre-wrap;
    overflow-wrap:anywhere}
    .tabs{display:flex;gap:4px;margin:28px 0 12px}
    .tabs button{padding:4px 12px;border:0;border-radius:8px;background:none;color:var(--muted);
    font-size:14px}
    .tabs button[aria-selected=true]{background:var(--sunk);color:var(--ink);font-weight:550}
    iframe{display:block;width:100%;height:440px;border:1px solid var(--line);border-radius:14px;
    background:#fff;color-scheme:light;resize:vertical}
    .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:18px 24px}
    .facts dt{color:var(--muted);font-size:13px}
    .facts dd{overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
    .good{color:var(--good)}.bad{color:var(--bad)}.open{color:var(--muted)}
    details{margin-top:32px;border-top:1px solid var(--line);padding-top:14px}
    summary{color:var(--muted);font-size:14px;cursor:pointer;width:fit-content}
    pre{margin:12px 0 0;padding:16px 18px;border-radius:12px;background:var(--sunk);
    font:400 12.5px/1.65 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere;tab-size:2}
    pre .name{color:var(--muted)}

    .welcome h2{font-size:26px;font-weight:640;letter-spacing:-.02em}
    .welcome>p{margin-top:8px;color:var(--muted);max-width:56ch}
    .snippet{position:relative}
    .snippet pre{padding-right:84px;white-space:pre;overflow-x:auto;scrollbar-width:thin}
    .snippet button{position:absolute;top:10px;right:10px;padding:3px 10px;border:1px solid var(--line);
    border-radius:8px;background:var(--surface);font-size:12.5px;color:var(--muted)}
    .snippet button:hover{color:var(--ink)}

    dialog{width:min(560px,calc(100vw - 24px));max-height:calc(100dvh - 32px);padding:24px 28px 28px;
    border:1px solid var(--line);border-radius:18px;background:var(--surface);color:var(--ink);
    box-shadow:var(--shadow)}
    dialog::backdrop{background:rgb(20 18 16/.38)}
    .dialog-head{display:flex;justify-content:space-between;align-items:start}
    .dialog-head h2{font-size:18px;font-weight:640;letter-spacing:-.01em}
    .hint{color:var(--muted);font-size:14px}
    .grid{display:grid;grid-template-columns:1fr 1fr;gap:14px 16px;margin-top:18px}
    .grid label{display:grid;gap:4px;font-size:13px;color:var(--muted)}
    .grid input,.grid select{width:100%;padding:7px 10px;border:1px solid var(--line);border-radius:9px;
    background:var(--paper);color:var(--ink);font-size:15px}
    .actions{display:flex;justify-content:end;margin-top:18px}
    .error{margin-top:14px;color:var(--bad);font-size:14px}
    .pending:not(:empty){margin-top:20px;padding-top:16px;border-top:1px solid var(--line)}
    .pending div{display:flex;justify-content:space-between;gap:12px;align-items:center;font-size:14px}
    .toast{position:fixed;left:50%;bottom:24px;transform:translate(-50%,16px);padding:8px 16px;
    border-radius:10px;background:var(--ink);color:var(--paper);font-size:14px;opacity:0;
    pointer-events:none;transition:opacity .18s,transform .18s}
    .toast.on{opacity:1;transform:translate(-50%,0)}

    @media (max-width:760px){
    .bar{flex-wrap:wrap;gap:8px 12px;padding:10px 14px}
    .bar h1{flex:1}
    .find{order:3;flex:1 1 100%;max-width:none;margin:0}
    .find kbd,.keys{display:none}
    .find input,.grid input,.grid select{font-size:16px}
    .panes{display:block;position:relative}
    .list-pane{height:100%;border:0}
    main{position:absolute;inset:0;z-index:2;visibility:hidden}
    body[data-view=detail] main,body[data-view=welcome] main{visibility:visible}
    body[data-view=detail] .find{display:none}
    body[data-view=welcome] .filters{display:none}
    .back{display:inline-block;margin:0 0 14px -10px}
    article,.welcome{padding:20px 20px 56px}
    .thecode{padding:18px 20px;gap:12px}
    .grid{grid-template-columns:1fr}
    #live-text{display:none}
    .live{margin:0}
    .live[data-state=off] #live-text{display:inline}}
    @media (prefers-reduced-motion:reduce){*,*::before,*::after{animation:none!important;
    transition:none!important}}
    """#
}
