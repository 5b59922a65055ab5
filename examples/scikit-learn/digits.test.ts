import { describe, expect } from 'vitest'
import { type PythonClient, PythonError, test } from 'vitest-environment-python/fixtures'
import type { Epoch } from './python.js'

async function train(python: PythonClient, epochs: number): Promise<Epoch[]> {
  const history: Epoch[] = []
  for await (const step of python.stream('digits.train', { epochs })) history.push(step)
  return history
}

describe('training', () => {
  test('reports every epoch, and learns', async ({ python }) => {
    const history = await train(python, 15)
    expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1))
    const [first, last] = [history.at(0), history.at(-1)]
    expect(last?.loss).toBeLessThan((first?.loss ?? 0) / 4)
    expect(last?.accuracy).toBeGreaterThan(0.93)
    // An epoch may be slightly worse than the one before.
    for (const [index, step] of history.entries()) {
      expect(step.accuracy).toBeGreaterThan((history[index - 1]?.accuracy ?? 0) - 0.05)
    }
  })

  test('can be stopped early', async ({ python }) => {
    let epochs = 0
    for await (const { accuracy } of python.stream('digits.train', { epochs: 1_000 })) {
      epochs += 1
      if (accuracy > 0.9) break
    }
    expect(epochs).toBeLessThan(30)
    expect(await python.call('digits.is_trained')).toBe(true)
  })

  test('of another test leaves no trace, because every test gets its own process', async ({ python }) => {
    expect(await python.call('digits.is_trained')).toBe(false)
  })
})

describe('a trained model', () => {
  test('recognises new images', async ({ python }) => {
    await train(python, 15)
    const { images, accuracy, confusion } = await python.call('digits.evaluate')
    expect(images).toBe(450)
    expect(accuracy).toBeGreaterThan(0.93)
    // A numpy matrix arrives as a typed array with a shape: true digits in rows, predicted ones in columns.
    expect(confusion.shape).toEqual([10, 10])
    expect(confusion.reduce((sum, count) => sum + count)).toBe(BigInt(images))
  })

  test('predicts a sample of each digit', async ({ python }) => {
    await train(python, 15)
    const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    const images = await Promise.all(digits.map((digit) => python.call('digits.sample', { digit })))
    expect(images[0]).toHaveLength(64)
    const predicted = await python.call('digits.predict', { images })
    const right = predicted.filter((digit, index) => digit === BigInt(index))
    expect(right.length).toBeGreaterThanOrEqual(9)
  })

  test('refuses an image of the wrong size', async ({ python }) => {
    await train(python, 1)
    const error = await python
      .call('digits.predict', { images: [[1, 2, 3]] })
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(PythonError)
    expect(error).toMatchObject({
      name: 'ValueError',
      message: expect.stringContaining('X has 3 features, but MLPClassifier is expecting 64 features'),
    })
    // The traceback leads from scikit-learn to our own line.
    const frames = (error as PythonError).pythonFrames
    expect(frames.some(({ file, function: name }) => file.endsWith('digits.py') && name === 'predict')).toBe(
      true,
    )
  })
})

test('an untrained model says so', async ({ python }) => {
  const image = await python.call('digits.sample', { digit: 7 })
  await expect(python.call('digits.predict', { images: [image] })).rejects.toMatchObject({
    name: 'sklearn.exceptions.NotFittedError',
  })
})
