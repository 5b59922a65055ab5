// Made by `npx vitest-python types` from the annotations of your Python modules. Do not edit.
/* eslint-disable */
import type { Float, PythonObject } from 'vitest-environment-python/fixtures'

interface Functions {
  'text.chunks': {
    arguments: {
      text: string
      size: number | bigint
    }
    positional: [text: string, size: number | bigint]
    returns: never /* use python.stream */
    yields: string
  }
  'text.median_length': {
    arguments: {
      words: readonly string[] | PythonObject
    }
    positional: [words: readonly string[] | PythonObject]
    returns: number
  }
  'text.parse_age': {
    arguments: {
      text: string
    }
    positional: [text: string]
    returns: number
  }
  /** Keeps state in the module, as real code does. */
  'text.remember': {
    arguments: {
      word: string
    }
    positional: [word: string]
    returns: string[]
  }
  'text.slow_echo': {
    arguments: {
      text: string
      seconds: number | Float
    }
    positional: [text: string, seconds: number | Float]
    returns: string
  }
  'text.word_counts': {
    arguments: {
      text: string
      top?: number | bigint
    }
    positional: [text: string] | {
      '*': [text: string]
      top?: number | bigint
    }
    returns: Record<string, number>
  }
}

declare module 'vitest-environment-python/fixtures' {
  interface PythonFunctions extends Functions {}
  interface PythonModules {
    text: true
  }
}
