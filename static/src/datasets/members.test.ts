import assert from "node:assert/strict";
import test from "node:test";
import { namesOf, withNames } from "./members";

test("names are divided by whatever a person pastes", () => {
  assert.deepEqual(namesOf(" HG1, HG2;HG3\n\nHG4\tHG5 "), ["HG1", "HG2", "HG3", "HG4", "HG5"]);
  assert.deepEqual(namesOf("\n"), []);
});

test("names are added once and taken out", () => {
  assert.equal(withNames("HG1, HG2", ["HG2", "HG3"], true), "HG1\nHG2\nHG3");
  assert.equal(withNames("HG1 HG2 HG3", ["HG2"], false), "HG1\nHG3");
});
