import { expect, test } from 'vitest'
import { compatibilityPage } from '../../scripts/compatibility-table.mjs'
import { read } from './markdown.ts'

test('the table of docs/compatibility.md matches the output of npm run generate', async () => {
  expect(read('docs/compatibility.md')).toBe(await compatibilityPage())
})
