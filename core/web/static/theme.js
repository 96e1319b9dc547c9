/* Runs before the style sheets so that a page never flashes in the wrong theme. */
(function () {
  'use strict';
  var root = document.documentElement;
  if (root.dataset.theme !== 'auto' || !window.matchMedia) { return; }
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  function apply() { root.dataset.bsTheme = dark.matches ? 'dark' : 'light'; }
  apply();
  if (dark.addEventListener) {
    dark.addEventListener('change', function () { apply(); document.dispatchEvent(new Event('themechange')); });
  }
}());
