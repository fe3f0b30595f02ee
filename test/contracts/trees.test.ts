/**
 * The trees (`<folder>/<subject>.tree`) are written before the tests. Here every leaf of a tree must have a test of the
 * same sentence, and every test of a tree's suite must be a leaf. A line `@name` stands for the leaves of `name.tree`.
 */
import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

interface Tree {
  suite: string;
  sentences: string[];
}

const FOLDER = import.meta.dirname;

function readTree(path: string): Tree {
  const [suite = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const above: string[] = [];
  const sentences = lines.flatMap((line) => {
    const [, drawing = "", text = ""] = /^([│├└─ ]*)(.*)$/.exec(line) ?? [];
    above.length = drawing.length / 4 - 1;
    const sentence = (last: string) => [...above, last].join(" ");
    if (text.startsWith("@")) return sharedSentences(path, text.slice(1)).map(sentence);
    if (text.startsWith("it ")) return [sentence(text.slice("it ".length))];
    above.push(text);
    return [];
  });
  return { suite, sentences };
}

function sharedSentences(path: string, name: string): string[] {
  return readTree(join(dirname(path), `${name.replaceAll(" ", "-")}.tree`)).sentences;
}

/** The sentences of all tests below a suite, without the suite's own name. */
function testsOf(suite: Mocha.Suite): string[] {
  const titles: string[] = [];
  suite.eachTest((test) => titles.push(test.fullTitle().slice(suite.fullTitle().length + 1)));
  return titles;
}

describe("the trees of test cases", () => {
  const paths = globSync("**/*.tree", { cwd: FOLDER }).filter((path) => !basename(path).startsWith("every-"));

  for (const path of paths.sort()) {
    it(`${path} and its tests say the same`, function () {
      const tree = readTree(join(FOLDER, path));
      const suite = this.test?.parent?.parent?.suites.find(({ title }) => title === tree.suite);
      if (suite === undefined) {
        // Only some of the files are being run: the missing one must at least be there and bear the suite's name.
        const source = readFileSync(join(FOLDER, path.replace(/\.tree$/, ".test.ts")), "utf8");
        expect(source).to.include(`describe("${tree.suite}"`);
        return this.skip();
      }
      expect(tree.sentences).to.have.lengthOf(new Set(tree.sentences).size, "a sentence stands twice in the tree");
      expect(testsOf(suite)).to.have.members(tree.sentences);
    });
  }
});
