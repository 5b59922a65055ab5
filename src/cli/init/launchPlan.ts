import { chooseRunner, type Manifest } from './chooseRunner.ts'
import { editLaunch, LAUNCH, launchName, launchSnippet } from './editLaunch.ts'
import type { InitFacts, InitPlan } from './initPlan.ts'

/** Plans the launch configuration of VS Code. */
export function planLaunch({ files, read, runner }: InitFacts): InitPlan {
  const manifest = JSON.parse(read('package.json') ?? '{}') as Manifest
  const { name } = runner ? { name: runner } : chooseRunner(files, manifest)
  const next = `open a test in VS Code, choose "${launchName(name)}" in Run and Debug, and press F5. Python needs debugpy.`
  const before = read(LAUNCH)
  const edit = editLaunch(before ?? '', name)
  if ('code' in edit) return { next, changes: [{ path: LAUNCH, before, after: edit.code }], notes: [] }
  if ('unchanged' in edit)
    return { next, changes: [], notes: [`${LAUNCH} already has "${launchName(name)}".`] }
  const refusal = `${LAUNCH} cannot be edited: it ${edit.refusal}. Add these to its configurations:\n\n${launchSnippet(name)}\n`
  return { next, changes: [], notes: [], refusal }
}
