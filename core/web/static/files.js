/* Files can be dropped on the form that takes them; without a script they are chosen. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-drop]');
  if (!form) { return; }
  var input = form.querySelector('input[type=file]'), button = form.querySelector('button');
  function over(event) {
    if (event.dataTransfer && Array.prototype.indexOf.call(event.dataTransfer.types, 'Files') !== -1) {
      event.preventDefault();
      form.classList.toggle('is-over', form.contains(event.target));
    }
  }
  document.addEventListener('dragover', over);
  document.addEventListener('dragleave', function (event) {
    if (!form.contains(event.relatedTarget)) { form.classList.remove('is-over'); }
  });
  document.addEventListener('drop', function (event) {
    over(event);
    form.classList.remove('is-over');
    if (form.contains(event.target) && event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });
  form.addEventListener('submit', function () { button.disabled = true; });
  window.addEventListener('pageshow', function () { button.disabled = false; });
}());
