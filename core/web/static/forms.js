/* Selects with many choices get a search; leaving a changed form asks first. */
(function () {
  'use strict';
  Array.prototype.forEach.call(document.querySelectorAll('select[data-picker]'), function (select) {
    var search = document.createElement('input');
    search.type = 'search';
    search.className = 'form-control form-control-sm mb-1';
    search.setAttribute('aria-label', select.labels && select.labels[0] ? select.labels[0].textContent : select.name);
    search.setAttribute('aria-controls', select.id);
    search.placeholder = select.dataset.picker;
    var all = Array.prototype.slice.call(select.options);
    search.addEventListener('input', function () {
      var wanted = search.value.trim().toLowerCase();
      var kept = all.filter(function (option) {
        return option.selected || !option.value || option.textContent.toLowerCase().indexOf(wanted) !== -1;
      });
      select.replaceChildren.apply(select, kept);
      if (wanted) { select.size = Math.min(8, Math.max(2, kept.length)); } else { select.removeAttribute('size'); }
    });
    select.addEventListener('change', function () {
      var chosen = select.selectedOptions[0];
      search.value = ''; select.removeAttribute('size'); select.replaceChildren.apply(select, all);
      if (chosen) { chosen.selected = true; } // putting options back chooses the last one
    });
    select.parentNode.insertBefore(search, select);
  });
  var bad = document.querySelector('.note-bad[role=alert]');
  if (bad) { bad.setAttribute('tabindex', '-1'); bad.focus(); }
  var changed = false;
  document.addEventListener('input', function (event) { if (event.target.form && event.target.form.method === 'post') { changed = true; } });
  document.addEventListener('submit', function () { changed = false; });
  window.addEventListener('beforeunload', function (event) { if (changed) { event.preventDefault(); } });
}());
