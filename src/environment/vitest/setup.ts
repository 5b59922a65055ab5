import { afterAll } from 'vitest'
import { beginFile } from './beginFile.ts'
import { endThisFile } from './fileHooks.ts'

// This runs before every test file of a project with the plugin, so it loads as little as possible. Vitest asks main about
// each file that it imports itself, and transforms its code. The build puts the rest into one file, which Node loads.

// Registered before any other hook, it runs after them.
afterAll(endThisFile)
await beginFile()
