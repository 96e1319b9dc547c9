/* The command box: search as one types, by keyboard, over the plain form of the top bar. */
(function () {
  'use strict';
  var numbered = 0;

  /* A text field that chooses from the options of a listbox: arrows, Enter. It never listens to
     keys that belong to an input method: Chinese is composed with Enter and arrows as well. */
  function combobox(input, list, choose) {
    var at = null;
    function shown() { return Array.prototype.slice.call(list.querySelectorAll('[role=option]:not([hidden])')); }
    function mark(option) {
      if (at) { at.setAttribute('aria-selected', 'false'); }
      at = option || null;
      if (!at) { input.removeAttribute('aria-activedescendant'); return; }
      if (!at.id) { numbered += 1; at.id = 'option-' + numbered; }
      at.setAttribute('aria-selected', 'true');
      at.scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', at.id);
    }
    function open(yes) { list.hidden = !yes; input.setAttribute('aria-expanded', String(yes)); if (!yes) { mark(null); } }
    input.addEventListener('keydown', function (event) {
      if (event.isComposing || event.keyCode === 229 || list.hidden) { return; }
      var options = shown(), place = options.indexOf(at);
      if (event.key === 'ArrowDown') { mark(options[(place + 1) % options.length]); }
      else if (event.key === 'ArrowUp') { mark(options[place > 0 ? place - 1 : options.length - 1]); }
      else if (event.key === 'Enter' && at) { choose(at); }
      else { return; }
      event.preventDefault();
    });
    return { mark: mark, open: open, first: function () { mark(shown()[0]); } };
  }
  window.combobox = combobox;

  var KEPT = 'recent', MOST = 6;
  var box = document.getElementById('finder');
  var place = document.querySelector('[data-finder]');
  /* Machines are shared: what was visited is kept in this tab only, for this reader only. */
  function keep(pages) {
    try {
      if (!pages) { window.sessionStorage.removeItem(KEPT); return; }
      window.sessionStorage.setItem(KEPT, JSON.stringify({ reader: box.dataset.reader, pages: pages }));
    } catch (error) { /* a browser may forbid it: nothing is kept then */ }
  }
  if (!box || !box.showModal) { keep(null); return; }
  function recent() {
    try {
      var kept = JSON.parse(window.sessionStorage.getItem(KEPT));
      return kept && kept.reader === box.dataset.reader ? kept.pages : [];
    } catch (error) { return []; }
  }
  var title = document.querySelector('main .head h1'), here = window.location.pathname;
  var before = recent().filter(function (page) { return page.url !== here; });
  if (title && here !== box.querySelector('form').getAttribute('action')) {
    keep([{ title: title.textContent.trim(), url: here, sub: '', icon: 'clock' }].concat(before).slice(0, MOST));
  }

  var input = box.querySelector('input'), list = document.getElementById('finder-list');
  var status = box.querySelector('[role=status]'), timer = 0, asked = null;
  var keys = combobox(input, list, function (option) { option.click(); });

  function part(name, className, text) {
    var made = document.createElement(name);
    if (className) { made.className = className; }
    if (text) { made.textContent = text; }
    return made;
  }
  function icon(name) {
    var svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    var use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    svg.setAttribute('class', 'i');
    svg.setAttribute('aria-hidden', 'true');
    use.setAttribute('href', list.dataset.icons + '#' + name);
    svg.appendChild(use);
    return svg;
  }
  function option(hit) {
    var link = part('a');
    link.href = hit.url;
    link.setAttribute('role', 'option');
    link.setAttribute('aria-selected', 'false');
    link.tabIndex = -1;
    link.appendChild(icon(hit.icon));
    link.appendChild(part('span', '', hit.title));
    if (hit.sub) { link.appendChild(part('span', 'sub', hit.sub)); }
    var button = hit.press && document.querySelector('[data-press="' + hit.press + '"]');
    if (button) {
      link.addEventListener('click', function (event) { event.preventDefault(); box.close(); button.click(); });
    }
    return link;
  }
  function show(groups) {
    var number = 0;
    list.replaceChildren();
    groups.forEach(function (group) {
      var block = part('div'), head = part('div', 'cmd-t', group.title);
      numbered += 1;
      head.id = 'group-' + numbered;
      head.setAttribute('role', 'presentation');
      block.setAttribute('role', 'group');
      block.setAttribute('aria-labelledby', head.id);
      block.appendChild(head);
      group.hits.forEach(function (hit) { block.appendChild(option(hit)); number += 1; });
      if (group.more && group.all_url) { block.appendChild(option({ title: box.dataset.all, url: group.all_url, sub: group.title, icon: 'right' })); }
      list.appendChild(block);
    });
    keys.open(number > 0);
    return number;
  }
  function search() {
    window.clearTimeout(timer);
    if (asked) { asked.abort(); asked = null; }
    var wanted = input.value.trim();
    keys.mark(null);  /* Enter must not open what an earlier word found */
    status.textContent = '';
    if (!wanted) { show(before.length ? [{ title: box.dataset.recent, hits: before }] : []); return; }
    timer = window.setTimeout(function () {
      var mine = asked = new AbortController();
      fetch(box.dataset.api + '?q=' + encodeURIComponent(wanted), { credentials: 'same-origin', signal: mine.signal }).then(function (answer) {
        if (!answer.ok) { throw new Error(answer.status); }
        return answer.json();
      }).then(function (groups) {
        if (mine !== asked) { return; }
        var number = show(groups);
        keys.first();
        status.textContent = number ? box.dataset.found.replace('#', number) : box.dataset.none;
      }).catch(function (error) {
        if (error.name === 'AbortError' || mine !== asked) { return; }
        show([]);
        status.textContent = box.dataset.failed;
      });
    }, 150);
  }
  function open() {
    if (box.open) { return; }
    box.showModal();
    input.focus();
    input.select();
    search();
  }

  input.addEventListener('input', function (event) { if (!event.isComposing) { search(); } });
  input.addEventListener('compositionend', search);
  box.addEventListener('click', function (event) { if (event.target === box || event.target.closest('[data-close]')) { box.close(); } });
  box.addEventListener('close', function () { if (asked) { asked.abort(); } window.clearTimeout(timer); });
  window.addEventListener('pagehide', function () { if (box.open) { box.close(); } });
  document.addEventListener('keydown', function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k' && !event.isComposing) {
      event.preventDefault();
      open();
    }
  });
  place.classList.add('live');
  place.querySelector('input').hidden = true;
  place.querySelector('button').setAttribute('aria-haspopup', 'dialog');
  place.addEventListener('submit', function (event) { event.preventDefault(); open(); });
  if (/^Mac|^iP/.test(window.navigator.platform)) { place.querySelector('kbd').textContent = '⌘ K'; }
}());
