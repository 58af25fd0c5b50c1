// A button that copies the address of what the page shows now. Where the browser does not let a page do so, the address is
// selected for the reader to copy.
(() => {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const field = document.getElementById(button.dataset.copy),
      said = document.getElementById(button.dataset.says);
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        said.textContent = button.dataset.done;
      } catch {
        said.textContent = button.dataset.by;
      }
    });
  }
})();
