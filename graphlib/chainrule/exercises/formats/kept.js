// Keeps in the browser what is typed into a sheet, and gives it as a file to hand in.
const fields = [...document.querySelectorAll(".form input, .form select")];
const place = `chainrule:sheet:${sheet.key}`;
const answers = () => Object.fromEntries(fields.filter((f) => f.value).map((f) => [f.name, f.value]));

let kept = {};
try {
  kept = JSON.parse(localStorage.getItem(place)) ?? {};
} catch { /* storage may be forbidden or spoilt: then nothing is kept */ }
for (const field of fields) {
  field.value = kept[field.name] ?? "";
  field.addEventListener("input", () => {
    try {
      localStorage.setItem(place, JSON.stringify(answers()));
    } catch { /* as above */ }
  });
}

const button = document.createElement("button");
button.textContent = sheet.save;
addEventListener("beforeprint", () => { button.hidden = true; });
addEventListener("afterprint", () => { button.hidden = false; });
button.addEventListener("click", () => {
  const record = { title: sheet.title, student: sheet.student, answers: answers() };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(record)], { type: "application/json" }));
  link.download = sheet.file;
  link.click();
});
document.querySelector(".form").append(button);
