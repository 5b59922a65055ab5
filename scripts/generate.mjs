// Generates the checked-in files: the messages from proto/, docs/options.md from the options, report.schema.json, the table of
// docs/compatibility.md. protoc comes from PyPI
// (grpcio-tools), because no npm package contains it without downloading it.
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { writeCompatibilityPage } from './compatibility-table.mjs'
import { developmentPython } from './development-python.mjs'
import { writeOptionsPage } from './options-page.mjs'
import { writeReportSchema } from './report-schema.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = process.argv[2] ?? `${root}/src/client/gen`
const options = [
  'outputServices=none',
  'esModuleInterop=true',
  'importSuffix=.ts',
  'env=both',
  'forceLong=number',
  'oneof=unions-value',
  'outputJsonMethods=false',
  'outputTypeRegistry=false',
  'useExactTypes=false',
  'outputPartialMethods=false',
  'unrecognizedEnum=false',
]

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
await execa(
  await developmentPython(),
  [
    '-m',
    'grpc_tools.protoc',
    `--plugin=protoc-gen-ts_proto=${root}/node_modules/.bin/protoc-gen-ts_proto`,
    `--ts_proto_out=${out}`,
    `--ts_proto_opt=${options.join(',')}`,
    `--proto_path=${root}/proto`,
    'vitest_python/v1/broker.proto',
    'vitest_python/v1/bridge.proto',
  ],
  { stdio: 'inherit' },
)

if (process.argv[2] === undefined) {
  await execa(await developmentPython(), [`${root}/python/generate.py`], { stdio: 'inherit' })
  await writeOptionsPage()
  await writeReportSchema()
  await writeCompatibilityPage()
}
