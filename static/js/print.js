// Shows a button that prints the page, with every folded section open on paper.
export default function printButton(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((section) => { section.open = true; });
    window.print();
    folded.forEach((section) => { section.open = false; });
  });
}
