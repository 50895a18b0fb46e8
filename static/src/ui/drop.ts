/** A place that files can be dropped on. */

export function dropZone(element: HTMLElement, take: (files: FileList) => void): void {
  for (const type of ["dragenter", "dragover"]) {
    element.addEventListener(type, (event) => {
      event.preventDefault();
      element.classList.add("dragging");
    });
  }
  for (const type of ["dragleave", "drop"]) element.addEventListener(type, () => element.classList.remove("dragging"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer && event.dataTransfer.files.length > 0) take(event.dataTransfer.files);
  });
}
