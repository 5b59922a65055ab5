import { expect, test } from 'vitest'
import type { Carrier } from '../../../../src/client/values/carrier.ts'
import { decode } from '../../../../src/client/values/decode.ts'
import { encode } from '../../../../src/client/values/encode.ts'

class Reference {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}

function carrier(): Carrier & { lent: unknown[] } {
  const lent: unknown[] = []
  return {
    lent,
    exportFunction: (fn) => lent.push(fn),
    exportIterable: (iterable) => lent.push(iterable),
    referenceId: (value) => (value instanceof Reference ? value.id : undefined),
    importReference: (id, type, text, reason) => ({ id, type, text, ...(reason && { reason }) }),
  }
}

const hex = (value: unknown, lender: Carrier) => Buffer.from(encode(value, 'args', lender)).toString('hex')

test('a function crosses as its number and its name, a reference as its number, an iterator as its number', () => {
  const lender = carrier()
  function ask() {}
  const numbers = (function* () {})()
  expect(hex(ask, lender)).toBe('c70646' + '9201a361736b')
  expect(hex(new Reference(300), lender)).toBe('c70348' + 'cd012c')
  expect(hex(numbers, lender)).toBe('d549' + '9102')
  expect(lender.lent).toEqual([ask, numbers])
})

test('arrays, Maps, Sets and strings are values, though one can iterate over them', () => {
  const lender = carrier()
  encode([[1], new Map([[1, 2]]), new Set([1]), 'text', new Uint8Array(1)], 'args', lender)
  expect(lender.lent).toEqual([])
})

test('what stays in Python becomes what the carrier makes of it', () => {
  const message = Buffer.from('c7084893' + '07' + 'a36d2e4d' + 'a178', 'hex')
  message[1] = message.length - 3
  expect(decode(message, carrier())).toEqual({ id: 7, type: 'm.M', text: 'x' })
  const explained = Buffer.concat([
    Buffer.from('c70a4894' + '07' + 'a36d2e4d' + 'a178', 'hex'),
    Buffer.from([0xa1, 0x79]),
  ])
  explained[1] = explained.length - 3
  expect(decode(explained, carrier())).toEqual({ id: 7, type: 'm.M', text: 'x', reason: 'y' })
})

test('without a carrier each is refused by its place', () => {
  expect(() => encode({ llm: () => {} }, 'args')).toThrow('args.llm is the function llm and cannot be sent')
  expect(() => encode([(function* () {})()], 'args')).toThrow('args[0] is an iterable')
})
