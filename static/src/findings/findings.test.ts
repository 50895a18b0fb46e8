import assert from "node:assert/strict";
import test from "node:test";
import type { Finding } from "../protocol/Finding";
import type { RuleTotal } from "../protocol/RuleTotal";
import { findingsCsv } from "./csv";
import { PAGE, ToldFindings } from "./source";

function finding(line: number, text = "A"): Finding {
  return { filename: "a.vcf", rule: "alt-repeated", severity: "warning", line, column: 9, text, message: "the allele stands twice" };
}

const total: RuleTotal = { rule: "alt-repeated", severity: "warning", n: 1, section: "1.4.1 / 1.6.1", says: "ALT lists the alleles.", mend: "Merge them." };

test("what was told comes back page by page, also while it grows", async () => {
  const told = new ToldFindings();
  told.add(Array.from({ length: PAGE + 2 }, (_, i) => finding(i)));
  const first = await told.source(total, null);
  assert.deepEqual([first.findings.length, first.next], [PAGE, String(PAGE)]);
  told.add([finding(500)]);
  const second = await told.source(total, first.next);
  assert.deepEqual([second.findings.map(({ line }) => line), second.next], [[PAGE, PAGE + 1, 500], null]);
  const other = await told.source({ ...total, severity: "error" }, null);
  assert.deepEqual(other, { findings: [], next: null });
});

test("a CSV has no cell that a spreadsheet would evaluate", () => {
  const text = findingsCsv([finding(3), finding(4, '=1+"x",2'), finding(5, "-1")], [total]);
  assert.deepEqual(text.split("\r\n"), [
    "file,severity,rule,line,column,text,message,section,specification,how to mend",
    "a.vcf,warning,alt-repeated,3,9,A,the allele stands twice,1.4.1 / 1.6.1,ALT lists the alleles.,Merge them.",
    'a.vcf,warning,alt-repeated,4,9,"\'=1+""x"",2",the allele stands twice,1.4.1 / 1.6.1,ALT lists the alleles.,Merge them.',
    "a.vcf,warning,alt-repeated,5,9,-1,the allele stands twice,1.4.1 / 1.6.1,ALT lists the alleles.,Merge them.",
    "",
  ]);
});
