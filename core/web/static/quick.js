/* A cell is changed where it stands: the record's own form, narrowed to one field, is put into it.
   Whatever is not simply right or wrong (a clash, a lost right, an ended session) goes on to the
   form's whole page, which says what happened and keeps what was typed. */
(function () {
  'use strict';
  var table = document.querySelector('table[data-form]');
  if (!table || !window.fetch) { return; }
  var heads = table.tHead.rows[0].cells;
  var around = table.dataset.row.split('#');
  var open = null;
  var says = document.createElement('p');
  says.className = 'visually-hidden';
  says.setAttribute('role', 'status');
  table.closest('.dt-wrap').after(says);

  /* where some rows may not be changed, none is offered before the site has told which may */
  if (table.dataset.ask) {
    var rows = Array.prototype.filter.call(table.tBodies[0].rows, function (row) { return row.querySelector('td.ed'); });
    var parts = [];
    rows.forEach(function (row, place) {
      row.classList.add('fixed');
      parts[Math.floor(place / 100)] = (parts[Math.floor(place / 100)] || []).concat(idOf(row));
    });
    asked(table.dataset.ask + parts.map(function (ids) { return ids.join(','); }).join('&changeable=')).then(function (answer) {
      return answer.ok ? answer.json() : [];
    }).then(function (ids) {
      rows.forEach(function (row) { if (ids.indexOf(idOf(row)) >= 0) { row.classList.remove('fixed'); } });
    }).catch(function () { /* the records' own pages remain */ });
  }

  function idOf(row) {
    var link = row.querySelector('a.key');
    var path = link ? link.pathname : '';
    return path.indexOf(around[0]) === 0 ? parseInt(path.slice(around[0].length), 10) : NaN;
  }
  function cellsOf(row) { return row.matches('.fixed') ? [] : Array.prototype.slice.call(row.querySelectorAll('td.ed')); }
  function control(form) { return form.querySelector('select, textarea, input:not([type=hidden])'); }
  function shown(field) { return field.selectedOptions ? field.selectedOptions[0].text : field.value; }
  function asHtml(text) { return new DOMParser().parseFromString(text, 'text/html'); }
  function asked(address, options) {
    return fetch(address, Object.assign({ credentials: 'same-origin', redirect: 'manual' }, options));
  }

  function setAside() {
    open.kept = document.createElement('span');
    open.kept.hidden = true;
    open.kept.append.apply(open.kept, Array.prototype.slice.call(open.cell.childNodes));
    open.cell.append(open.kept);
  }

  function place(doc) {
    var form = doc.querySelector('main form[method=post]');
    if (!form || !control(form)) { throw new Error('no form'); }
    form = document.adoptNode(form);
    form.className = 'quick';
    form.querySelectorAll('.savebar, .note, .hint').forEach(function (part) { part.remove(); });
    if (open.form) { open.form.replaceWith(form); } else { setAside(); open.cell.append(form); }
    open.form = form;
    var field = control(form);
    field.setAttribute('aria-label', heads[open.cell.cellIndex].textContent.trim());
    open.was = field.value;
    field.focus();
    if (field.select) { field.select(); }
    form.addEventListener('submit', function (event) { event.preventDefault(); save(0); });
    form.addEventListener('keydown', function (event) {
      event.stopPropagation();
      if (event.key === 'Escape') { event.preventDefault(); close(true); }
      if (event.key === 'Enter') { event.preventDefault(); save(0); }
      if (event.key === 'Tab') { event.preventDefault(); save(event.shiftKey ? -1 : 1); }
    });
    if (field.tagName === 'SELECT') { field.addEventListener('change', function () { save(0); }); }
    field.addEventListener('blur', function () {
      window.setTimeout(function () { if (open && open.form === form && !open.busy && document.activeElement !== field) { save(null); } }, 100);
    });
  }

  function edit(cell) {
    if (open) { return; }
    var row = cell.parentNode;
    var address = table.dataset.form.replace('#', idOf(row)) + '?only=' + heads[cell.cellIndex].dataset.edit;
    open = { cell: cell, row: row, address: address, form: null, was: '', busy: false };
    cell.classList.add('is-open');
    asked(address).then(function (answer) {
      if (!answer.ok) { throw new Error(answer.status); }
      return answer.text();
    }).then(function (text) { place(asHtml(text)); }).catch(function () { window.location = address; });
  }

  function close(back) {
    var key = open.row.querySelector('a.key');
    if (open.form) { open.form.remove(); open.kept.replaceWith.apply(open.kept, Array.prototype.slice.call(open.kept.childNodes)); }
    open.cell.classList.remove('is-open');
    open = null;
    if (back && key) { key.focus(); }
  }

  /* `step`: which cell of the row comes next; null: the reader has gone elsewhere */
  function save(step) {
    var field = control(open.form);
    if (open.busy) { return; }
    if (field.value === open.was && !open.form.querySelector('.err')) { leave(open.row, step); return; }
    open.busy = true;
    open.form.setAttribute('aria-busy', 'true');
    var form = open.form;
    asked(open.address, { method: 'POST', body: new FormData(form) }).then(function (answer) {
      if (answer.type === 'opaqueredirect') { return refresh(step); }
      if (answer.status !== 422) { form.action = open.address; form.submit(); return null; }
      return answer.text().then(function (text) {
        open.busy = false;
        var typed = control(form).value;
        place(asHtml(text));
        open.was = typed;
        says.textContent = (open.form.querySelector('.err') || says).textContent;
      });
    }).catch(function () {
      open.busy = false;
      form.removeAttribute('aria-busy');
      form.querySelectorAll('.err').forEach(function (part) { part.remove(); });
      var words = document.createElement('p');
      words.className = 'err';
      words.textContent = table.dataset.failed;
      form.append(words);
      says.textContent = table.dataset.failed;
    });
  }

  function leave(row, step) {
    var cells = cellsOf(row);
    var at = cells.indexOf(open.cell);
    close(step !== null);
    if (step && cells[at + step]) { edit(cells[at + step]); }
  }

  /* what is not yet sent (ticks on narrow screens) and what was opened (all values) stays */
  function recount(doc) {
    document.querySelectorAll('#facets fieldset').forEach(function (old) {
      var now = doc.getElementById(old.id);
      var boxes = Array.prototype.slice.call(old.querySelectorAll('input[type=checkbox]'));
      if (!now || !boxes.length) { return; }
      var opened = !old.querySelector('[data-more]') && now.querySelector('[data-more]');
      if (!opened && boxes.every(function (box) { return box.checked === box.defaultChecked; })) {
        old.replaceWith(document.adoptNode(now));
        return;
      }
      boxes.forEach(function (box) {
        var same = now.querySelector('input[value="' + CSS.escape(box.value) + '"]');
        if (same) { box.parentNode.lastElementChild.textContent = same.parentNode.lastElementChild.textContent; }
      });
    });
  }

  /* the list as it is now: the row anew, the totals, and the numbers beside it */
  function refresh(step) {
    return fetch(window.location.href, { credentials: 'same-origin' }).then(function (answer) {
      if (!answer.ok) { throw new Error(answer.status); }
      return answer.text();
    }).then(function (text) {
      var doc = asHtml(text);
      var id = idOf(open.row);
      var fresh = Array.prototype.find.call(doc.querySelectorAll('table[data-form] tbody tr'), function (row) { return idOf(row) === id; });
      var note = doc.querySelector('main [role=status]');
      var at = open.cell.cellIndex;
      var row = open.row;
      if (fresh) {
        var box = row.querySelector('input[name=ids]');
        fresh = document.adoptNode(fresh);
        Array.prototype.forEach.call(row.cells, function (cell, place) {
          if (!(box && place === 0)) { cell.innerHTML = fresh.cells[place].innerHTML; }
        });
        open.form = null;
      }
      ['tfoot', '.pager > span'].forEach(function (part) {
        var old = document.querySelector('main ' + part);
        var now = doc.querySelector('main ' + part);
        if (old && now) { old.replaceWith(document.adoptNode(now)); }
      });
      recount(doc);
      if (!fresh) { open.kept.textContent = shown(control(open.form)); }
      leave(row, step);
      row.cells[at].classList.add('ed-done');
      row.classList.toggle('ed-gone', !fresh);
      says.textContent = note ? note.textContent.trim() : '';
    }).catch(function () { window.location.reload(); });
  }

  table.addEventListener('click', function (event) {
    var cell = event.target.closest('td.ed');
    var narrow = window.matchMedia('(max-width: 767.98px)').matches;
    if (!cell || cell.parentNode.matches('.fixed') || narrow || event.target.closest('a, button, input, select, textarea, form') || String(window.getSelection())) { return; }
    if (open) { return; }
    edit(cell);
  });
  document.addEventListener('keydown', function (event) {
    var row = document.activeElement && document.activeElement.closest('tbody tr');
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
    if (event.key !== 'e' || typing || event.ctrlKey || event.altKey || event.metaKey || !row || !table.contains(row)) { return; }
    var first = cellsOf(row)[0];
    if (first) { event.preventDefault(); edit(first); }
  });
}());
