// Made by `npx vitest-python types` from the annotations of your Python modules. Do not edit.
/* eslint-disable */
import type { NdArray, PythonObject } from 'vitest-environment-python/fixtures'

export interface Epoch {
  epoch: number
  loss: number
  accuracy: number
}

export interface Evaluation {
  images: number
  accuracy: number
  confusion: NdArray<BigInt64Array>
}

interface Functions {
  'digits.evaluate': {
    arguments: Record<string, never> | undefined
    positional: []
    returns: Evaluation
    ref: { is: { 'digits.Evaluation': true }; methods: object; attributes: Evaluation }
  }
  'digits.is_trained': {
    arguments: Record<string, never> | undefined
    positional: []
    returns: boolean
  }
  'digits.predict': {
    arguments: {
      images: readonly unknown[] | PythonObject
    }
    positional: [images: readonly unknown[] | PythonObject]
    returns: NdArray<BigInt64Array>
  }
  /** Returns a test image of this digit. */
  'digits.sample': {
    arguments: {
      digit: number | bigint
    }
    positional: [digit: number | bigint]
    returns: NdArray<Float64Array>
  }
  /** Trains on all training images once per epoch, and reports the accuracy on the test images. */
  'digits.train': {
    arguments: {
      epochs?: number | bigint
    } | undefined
    positional: [epochs?: number | bigint]
    returns: never /* use python.stream */
    yields: Epoch
  }
}

declare module 'vitest-environment-python/fixtures' {
  interface PythonFunctions extends Functions {}
  interface PythonModules {
    digits: true
  }
}
