/* Lists: filters act at once, the selection bar counts, J K X Enter move through the rows. */
(function () {
  'use strict';
  var each = function (selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); };
  each('[data-apply]', function (button) { button.hidden = true; });
  each('select[data-submit]', function (select) {
    select.addEventListener('change', function () { select.form.submit(); });
  });
  var facets = document.getElementById('facets');
  if (facets) {
    facets.addEventListener('change', function (event) {
      if (event.target.type === 'checkbox') { event.target.form.submit(); }
    });
    /* all values of one facet, fetched when asked for; without script the link shows the same */
    facets.addEventListener('click', function (event) {
      var link = event.target.closest('[data-more]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
      event.preventDefault();
      fetch(link.href, { credentials: 'same-origin' }).then(function (answer) {
        if (!answer.ok) { throw new Error(answer.status); }
        return answer.text();
      }).then(function (text) {
        var id = link.closest('fieldset').id;
        var whole = new DOMParser().parseFromString(text, 'text/html').getElementById(id);
        var focused = link.previousElementSibling;
        document.getElementById(id).replaceWith(document.adoptNode(whole));
        var box = focused && document.querySelector('#' + id + ' input[value="' + CSS.escape(focused.querySelector('input').value) + '"]');
        if (box) { box.focus(); }
      }).catch(function () { window.location = link.href; });
    });
  }
  var opener = document.querySelector('[data-open-facets]');
  if (opener) {
    opener.addEventListener('click', function (event) {
      event.preventDefault();
      document.getElementById('facets').classList.toggle('open');
    });
  }
  /* an empty field need not stand in the address */
  each('form[method=get]', function (form) {
    form.addEventListener('submit', function () {
      Array.prototype.forEach.call(form.elements, function (part) {
        if (part.name && !part.value) { part.disabled = true; }
      });
    });
  });

  var bar = document.querySelector('[data-selection]');
  var boxes = Array.prototype.slice.call(document.querySelectorAll('.dt input[name=ids]'));
  function count() {
    var ticked = boxes.filter(function (box) { return box.checked; }).length;
    boxes.forEach(function (box) { box.closest('tr').classList.toggle('is-on', box.checked); });
    if (!bar) { return; }
    bar.hidden = !ticked;
    bar.querySelector('[data-count]').textContent = bar.querySelector('[data-count]').dataset.words + ' ' + ticked;
  }
  if (bar) {
    var words = bar.querySelector('[data-count]');
    words.dataset.words = words.textContent;
    boxes.forEach(function (box) { box.addEventListener('change', count); });
    each('[data-tick-all]', function (all) {
      all.addEventListener('change', function () {
        boxes.forEach(function (box) { box.checked = all.checked; });
        count();
      });
    });
    count();
  }

  var links = Array.prototype.slice.call(document.querySelectorAll('.dt tbody a.key'));
  document.addEventListener('keydown', function (event) {
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !links.length) { return; }
    var row = document.activeElement && document.activeElement.closest('tbody tr');
    var at = row ? links.indexOf(row.querySelector('a.key')) : -1;
    if (event.key === 'j') { links[Math.min(at + 1, links.length - 1)].focus(); }
    if (event.key === 'k') { links[Math.max(at - 1, 0)].focus(); }
    if (event.key === 'x' && row && row.querySelector('input[name=ids]')) { row.querySelector('input[name=ids]').click(); }
  });
}());
