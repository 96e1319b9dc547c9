/* The bell opens the newest notifications in place; without a script it leads to the page of them all. */
(function () {
  'use strict';
  var bell = document.querySelector('[data-bell]');
  if (!bell) { return; }
  var link = bell.querySelector('a');
  var words = bell.dataset;
  var panel = null;
  function line(tag, className, text) {
    var made = document.createElement(tag);
    made.className = className;
    if (text) { made.textContent = text; }
    return made;
  }
  function when(text) {
    /* as everywhere on the site: yyyy-MM-dd HH:mm, which is how Swedish has it, in the site's zone */
    var options = { dateStyle: 'short', timeStyle: 'short', timeZone: words.zone };
    var made = line('time', '', new Intl.DateTimeFormat('sv-SE', options).format(new Date(text)));
    made.dateTime = text;
    return made;
  }
  function entry(one) {
    var made = line('a', 'news' + (one.is_read ? '' : ' is-new'));
    made.href = one.address;
    made.append(line('b', '', one.title));
    [one.record, one.detail].filter(Boolean).forEach(function (text) { made.append(line('span', '', text)); });
    made.append(when(one.at));
    return made;
  }
  function close() {
    if (panel) { panel.remove(); }
    panel = null;
    link.setAttribute('aria-expanded', 'false');
  }
  function show(items) {
    var all = line('a', 'btn btn-quiet', words.all);
    all.href = link.href;
    var end = line('div', 'menu-end');
    end.append(all);
    panel.replaceChildren.apply(panel, items.concat(end));
  }
  function open() {
    panel = line('div', 'menu-b bell');
    panel.id = 'bell-menu';
    panel.setAttribute('role', 'region');
    panel.setAttribute('aria-label', link.getAttribute('aria-label'));
    bell.append(panel);
    link.setAttribute('aria-expanded', 'true');
    var mine = panel;
    fetch(words.bell, { headers: { Accept: 'application/json' } }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (page) {
      if (panel === mine) { show(page.items.length ? page.items.map(entry) : [line('p', 'menu-t', words.empty)]); }
    }).catch(function () {
      if (panel === mine) { show([line('p', 'menu-t', words.failed)]); }
    });
  }
  link.setAttribute('role', 'button');
  link.setAttribute('aria-expanded', 'false');
  link.setAttribute('aria-controls', 'bell-menu');
  link.addEventListener('click', function (event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    if (panel) { close(); } else { open(); }
  });
  link.addEventListener('keydown', function (event) {
    if (event.key === ' ') { event.preventDefault(); link.click(); }
  });
  document.addEventListener('click', function (event) { if (panel && !bell.contains(event.target)) { close(); } });
  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape' && panel) { close(); link.focus(); }
  });
}());
