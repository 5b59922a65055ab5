#!/usr/bin/env node
// npx runs this if the project has no vitest-environment-python, whose command it asks for.
const command = ['npx vitest-python', ...process.argv.slice(2)].join(' ')

console.error(`The command vitest-python belongs to the package vitest-environment-python, which isn't installed here.

Install it in your project, and run the command again:
  npm install --save-dev vitest-environment-python @grpc/grpc-js vitest
  ${command}`)
process.exitCode = 1
