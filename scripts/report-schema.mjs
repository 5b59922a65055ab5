// Makes report.schema.json, the JSON Schema of the JSON report, from the schema that types and `merge` use.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { unrun } from 'unrun'

const source = fileURLToPath(new URL('../src/report/model/schema.ts', import.meta.url))
const file = fileURLToPath(new URL('../report.schema.json', import.meta.url))

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** The text of the file. */
export async function reportSchema() {
  const { module } = await unrun({ path: source })
  return `${JSON.stringify({ $schema: DRAFT, ...toJsonSchema(module.ReportSchema, { target: 'draft-07' }) })}\n`
}

/** Writes the file. */
export async function writeReportSchema() {
  await writeFile(file, await reportSchema())
}
