/* A script from the network that cannot be had is taken from this site's own copy, same integrity. */
(function () {
  'use strict';
  document.addEventListener('error', function (event) {
    var failed = event.target;
    if (!failed || failed.tagName !== 'SCRIPT' || !failed.dataset.local) { return; }
    if (failed.src === new URL(failed.dataset.local, window.location.href).href) { return; }
    var copy = document.createElement('script');
    copy.src = failed.dataset.local;
    copy.integrity = failed.integrity;
    copy.crossOrigin = 'anonymous';
    copy.addEventListener('load', function () { document.dispatchEvent(new Event('scriptready')); });
    document.head.appendChild(copy);
  }, true);
}());
