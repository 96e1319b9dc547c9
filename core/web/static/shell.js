/* Comfort on top of pages that work without it. */
(function () {
  'use strict';
  document.addEventListener('click', function (event) {
    document.querySelectorAll('details.menu[open]').forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });
  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') { return; }
    var menu = document.querySelector('details.menu[open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
  });
  /* the button must offer the other theme of what is seen, also when the system decides */
  document.querySelectorAll('[data-theme-button]').forEach(function (button) {
    button.value = document.documentElement.dataset.bsTheme === 'dark' ? 'light' : 'dark';
  });
  /* Bootstrap makes the open drawer a dialog, and takes its role away when it closes */
  document.addEventListener('hidden.bs.offcanvas', function (event) {
    event.target.setAttribute('role', 'complementary');
  });
  /* a second click on a save button must not send the form twice */
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.method !== 'post') { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    window.setTimeout(function () { delete form.dataset.sent; }, 4000);
  });
}());
