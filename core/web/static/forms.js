/* Selects with many choices become a searchable field; leaving a changed form asks first. */
(function () {
  'use strict';
  /* The select stays in the form and is what is sent; the field searches in its options. */
  Array.prototype.forEach.call(document.querySelectorAll('select[data-picker]'), function (select) {
    var input = document.createElement('input'), list = document.createElement('div'), frame = document.createElement('div');
    var said = document.createElement('p');
    said.setAttribute('role', 'status');
    frame.className = 'picker-frame';
    list.className = 'picker-list';
    list.id = select.id + '-list';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', select.labels[0] ? select.labels[0].firstChild.textContent : select.name);
    input.type = 'text';
    input.className = select.className;
    input.autocomplete = 'off';
    input.placeholder = select.dataset.picker;
    Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': 'false' }).forEach(function (pair) { input.setAttribute(pair[0], pair[1]); });
    ['aria-describedby', 'aria-invalid', 'aria-required'].forEach(function (name) {
      if (select.hasAttribute(name)) { input.setAttribute(name, select.getAttribute(name)); }
    });
    input.id = select.id;  /* label and error messages lead to what is seen */
    select.id += '-value';
    select.hidden = true;
    var keys = window.combobox(input, list, choose);
    var options = Array.prototype.map.call(select.options, function (choice) {
      var made = document.createElement('div');
      made.setAttribute('role', 'option');
      made.setAttribute('aria-selected', 'false');
      made.textContent = choice.textContent;
      made.dataset.value = choice.value;
      made.dataset.search = (choice.textContent + ' ' + (choice.dataset.initials || '')).toLowerCase();
      return list.appendChild(made);
    });
    function written() { return select.value ? select.selectedOptions[0].textContent : ''; }
    function choose(option) {
      select.value = option.dataset.value;
      select.dispatchEvent(new Event('input', { bubbles: true }));
      select.dispatchEvent(new Event('change', { bubbles: true }));
      leave();
    }
    function say(number) {
      said.textContent = number || select.dataset.none;
      said.className = number ? 'visually-hidden' : 'hint';
    }
    function leave() { input.value = written(); keys.open(false); said.textContent = ''; }
    function filter(words) {
      var number = 0;
      keys.mark(null);
      options.forEach(function (option) {
        option.hidden = !words.every(function (word) { return option.dataset.search.indexOf(word) !== -1; });
        number += option.hidden ? 0 : 1;
      });
      keys.open(number > 0);
      say(number);
      if (!words.length) { keys.mark(options.find(function (option) { return select.value && option.dataset.value === select.value; })); }
      else if (number) { keys.mark(best(words.join(' '))); }
    }
    /* What is called so comes before what begins so, and that before what only holds it. */
    function best(wanted) {
      function rank(option) {
        var name = option.textContent.trim().toLowerCase();
        if (name === wanted || name.indexOf(wanted + ' ·') === 0) { return 0; }
        return name.indexOf(wanted) === 0 ? 1 : 2;
      }
      return options.filter(function (option) { return !option.hidden; }).reduce(function (one, other) { return rank(other) < rank(one) ? other : one; });
    }
    /* Whoever goes on means what is marked; emptied or unknown words choose nobody, if one may. */
    function settle() {
      var typed = input.value.trim(), marked = list.querySelector('[aria-selected=true]:not([hidden])');
      if (typed === written().trim()) { leave(); return; }
      if (typed && marked) { choose(marked); return; }
      var nobody = options.find(function (option) { return !option.dataset.value; });
      if (nobody) { choose(nobody); } else { leave(); }
    }
    function search() { filter(input.value.trim().toLowerCase().split(/\s+/).filter(Boolean)); }
    input.addEventListener('input', function (event) { if (!event.isComposing) { search(); } });
    input.addEventListener('compositionend', search);
    input.addEventListener('click', function () { if (list.hidden) { input.select(); filter([]); } });
    input.addEventListener('keydown', function (event) {
      if (event.key === 'Escape' && !event.isComposing) { event.preventDefault(); leave(); }
      else if (event.key === 'ArrowDown' && list.hidden && !event.isComposing) { event.preventDefault(); input.select(); filter([]); }
      else if (event.key === 'Enter' && !event.isComposing && !event.defaultPrevented) { event.preventDefault(); }
    });
    input.addEventListener('blur', settle);
    list.addEventListener('mousedown', function (event) { event.preventDefault(); });  /* keep the focus in the field */
    list.addEventListener('click', function (event) {
      var option = event.target.closest('[role=option]');
      if (option) { choose(option); }
    });
    select.parentNode.insertBefore(frame, select);
    [input, list, said, select].forEach(function (one) { frame.appendChild(one); });
    leave();
  });
  var bad = document.querySelector('.note-bad[role=alert]');
  if (bad) { bad.setAttribute('tabindex', '-1'); bad.focus(); }
  var changed = false;
  document.addEventListener('input', function (event) { if (event.target.form && event.target.form.method === 'post') { changed = true; } });
  document.addEventListener('submit', function () { changed = false; });
  window.addEventListener('beforeunload', function (event) { if (changed) { event.preventDefault(); } });
}());
