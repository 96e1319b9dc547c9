/* Lists: filters act at once, the selection bar counts, J K X Enter move through the rows. */
(function () {
  'use strict';
  var each = function (selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); };
  each('[data-apply]', function (button) { button.hidden = true; });
  each('select[data-submit]', function (select) {
    select.addEventListener('change', function () { select.form.submit(); });
  });
  each('[data-keys]', function (words) { words.hidden = false; });
  /* keeps a box for the next page in this tab, or (null) gives back what was kept, once */
  function keep(box) {
    try {
      var kept = JSON.parse(window.sessionStorage.getItem('facet'));
      window.sessionStorage.removeItem('facet');
      if (box) { window.sessionStorage.setItem('facet', JSON.stringify(box)); }
      return kept;
    } catch (error) { return null; /* a browser may forbid it */ }
  }
  var facets = document.getElementById('facets');
  if (facets) {
    /* beside the list filters act at once; folded, on narrow screens, they wait for the button */
    facets.addEventListener('change', function (event) {
      var folded = window.matchMedia('(max-width: 1199.98px)').matches, box = event.target;
      if (box.type !== 'checkbox' || folded) { return; }
      if (box.matches(':focus-visible')) { keep([box.name, box.value]); }
      box.form.requestSubmit();
    });
    /* the page comes anew with each tick: whoever ticks by keys goes on where they were */
    var ticked = keep(null);
    Array.prototype.some.call(facets.querySelectorAll('input[type=checkbox]'), function (box) {
      if (!ticked || box.name !== ticked[0] || box.value !== ticked[1]) { return false; }
      box.focus();
      return true;
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

  /* how many stand behind each tab: asked for when the page is there, so that it need not wait */
  var counted = document.querySelector('[data-counts]');
  if (counted) {
    fetch(counted.dataset.counts, { credentials: 'same-origin' }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.json() : [];
    }).then(function (words) {
      var links = counted.querySelectorAll('a');
      words.forEach(function (text, place) {
        var number = document.createElement('span');
        number.className = 'n';
        number.textContent = text;
        if (text && links[place]) { links[place].append(' ', number); }
      });
    }).catch(function () { /* the tabs do without */ });
  }

  var bar = document.querySelector('[data-selection]');
  var boxes = Array.prototype.slice.call(document.querySelectorAll('.dt input[name=ids]'));
  var whole = bar && bar.querySelector('input[name=all]');
  function count() {
    var ticked = boxes.filter(function (box) { return box.checked; }).length;
    boxes.forEach(function (box) { box.closest('tr').classList.toggle('is-on', box.checked); });
    each('[data-tick-all]', function (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    });
    if (!bar) { return; }
    if (whole && ticked < boxes.length) { whole.checked = false; }
    bar.hidden = !ticked;
    var words = bar.querySelector('[data-count]');
    words.textContent = words.dataset.words.replace('#', whole && whole.checked ? whole.dataset.total : ticked);
  }
  function tick(state) {
    boxes.forEach(function (box) { box.checked = state; });
    count();
  }
  if (bar) {
    /* all of them means each shown too: ticked first, or counting would take the choice back */
    if (whole) { whole.addEventListener('change', function () { if (whole.checked) { tick(true); } else { count(); } }); }
    boxes.forEach(function (box) { box.addEventListener('change', count); });
    each('[data-tick-all]', function (all) {
      all.addEventListener('change', function () { tick(all.checked); });
    });
    each('[data-clear]', function (button) {
      button.hidden = false;
      button.addEventListener('click', function () { tick(false); });
    });
    count();
  }

  /* the rows of a group fold away */
  each('tr.grp [data-fold]', function (button) {
    button.hidden = false;
    button.addEventListener('click', function () {
      var open = button.getAttribute('aria-expanded') !== 'true';
      button.setAttribute('aria-expanded', String(open));
      var row = button.closest('tr').nextElementSibling;
      for (; row && !row.classList.contains('grp'); row = row.nextElementSibling) { row.hidden = !open; }
    });
  });

  var links = Array.prototype.slice.call(document.querySelectorAll('.dt tbody a.key'));
  document.addEventListener('keydown', function (event) {
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox';
    if (typing || event.ctrlKey || event.altKey || event.metaKey) { return; }
    var row = document.activeElement && document.activeElement.closest('tbody tr');
    var open = links.filter(function (link) { return !link.closest('tr').hidden; });
    var at = row ? open.indexOf(row.querySelector('a.key')) : -1;
    var search = document.querySelector('#filter input[type=search]');
    if (event.key === '/' && search) { event.preventDefault(); search.focus(); search.select(); }
    if (event.key === 'j' && open.length) { open[Math.min(at + 1, open.length - 1)].focus(); }
    if (event.key === 'k' && open.length) { open[Math.max(at - 1, 0)].focus(); }
    if (event.key === 'x' && row && row.querySelector('input[name=ids]')) { row.querySelector('input[name=ids]').click(); }
  });
}());
