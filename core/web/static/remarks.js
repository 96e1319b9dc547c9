/* Behind an @ colleagues are offered; without a script the name or login is typed. */
(function () {
  'use strict';
  var area = document.querySelector('textarea[data-people]');
  if (!area) { return; }
  var list = null, chosen = 0, people = [], asked = 0;
  function word() {
    var before = area.value.slice(0, area.selectionStart);
    var found = /(?:^|[^A-Za-z0-9_.-])@([^\s@]{1,20})$/.exec(before);
    return found ? found[1] : null;
  }
  function close() {
    if (list) { list.remove(); }
    list = null;
    area.removeAttribute('aria-controls');
    area.removeAttribute('aria-activedescendant');
  }
  function mark() {
    Array.prototype.forEach.call(list.children, function (item, number) {
      item.setAttribute('aria-selected', String(number === chosen));
    });
    area.setAttribute('aria-activedescendant', 'person-' + chosen);
  }
  function pick(number) {
    var begin = area.selectionStart - word().length;
    area.setRangeText(people[number].insert + ' ', begin, area.selectionStart, 'end');
    close();
    area.focus();
  }
  function show(found) {
    close();
    people = found;
    if (!people.length) { return; }
    chosen = 0;
    list = document.createElement('ul');
    list.className = 'people';
    list.id = 'people';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', area.dataset.list);
    people.forEach(function (one, number) {
      var item = document.createElement('li'), unit = document.createElement('span');
      item.id = 'person-' + number;
      item.setAttribute('role', 'option');
      item.textContent = one.insert;
      unit.textContent = one.unit;
      item.append(unit);
      item.addEventListener('mousedown', function (event) { event.preventDefault(); pick(number); });
      list.append(item);
    });
    area.insertAdjacentElement('afterend', list);
    area.setAttribute('aria-controls', 'people');
    mark();
  }
  area.setAttribute('aria-autocomplete', 'list');
  area.setAttribute('aria-haspopup', 'listbox');
  area.addEventListener('input', function () {
    var wanted = word(), mine = asked += 1;
    if (wanted === null) { close(); return; }
    fetch(area.dataset.people + '?q=' + encodeURIComponent(wanted)).then(function (answer) {
      return answer.ok ? answer.json() : [];
    }).then(function (found) { if (mine === asked) { show(found); } }).catch(close);
  });
  area.addEventListener('keydown', function (event) {
    if (!list) { return; }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      chosen = (chosen + (event.key === 'ArrowDown' ? 1 : people.length - 1)) % people.length;
      mark();
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      pick(chosen);
    } else if (event.key === 'Escape') {
      close();
    } else { return; }
    event.preventDefault();
  });
  area.addEventListener('blur', close);
  var sent = false;
  area.form.addEventListener('submit', function () { sent = true; });
  window.addEventListener('beforeunload', function (event) { if (area.value.trim() && !sent) { event.preventDefault(); } });
}());
