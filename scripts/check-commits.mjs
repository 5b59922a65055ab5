// Checks the subject of every commit since SINCE: Conventional Commits, at most 72 characters. Without arguments it reads
// the history; with arguments it checks those subjects instead.
import { execa } from 'execa'

/** Older subjects follow no rule. */
const SINCE = '0ee72583a059c0b576de01361a4603bf7edd1d41'
const MAX_LENGTH = 72
const TYPES = 'build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test'
const SUBJECT = new RegExp(`^(${TYPES})(\\([\\w, -]+\\))?!?: [^A-Z\\s].*[^.\\s]$`)

const subjects = process.argv.length > 2 ? process.argv.slice(2) : await subjectsSince(SINCE)
const problems = subjects.flatMap(problemsOf)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

/** @param {string} commit */
async function subjectsSince(commit) {
  const log = (/** @type {string[]} */ ...range) =>
    execa('git', ['log', '--no-merges', '--format=%s', ...range])
  // A shallow clone has only the newest commit.
  const { stdout } = await log(`${commit}..HEAD`).catch(() => log('-1'))
  return stdout.split('\n').filter(Boolean)
}

/** @param {string} subject */
function problemsOf(subject) {
  const problems = []
  if (subject.length > MAX_LENGTH)
    problems.push(`has ${subject.length} characters; at most ${MAX_LENGTH} are allowed`)
  if (!SUBJECT.test(subject))
    problems.push('is not "type(scope): subject", in lower case and without a full stop')
  return problems.map((problem) => `The commit subject "${subject}" ${problem}.`)
}
