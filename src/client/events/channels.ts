import { type Channel, channel } from 'node:diagnostics_channel'
import type { PythonChannels } from './runEvents.ts'

/** The part of a channel's name after `vitest-python:`. */
export type Topic = keyof PythonChannels extends `vitest-python:${infer Name}` ? Name : never

/** Channels are kept: Node collects one that no code refers to, and its subscribers with it. */
const channels: Record<Topic, Channel> = {
  lease: channel('vitest-python:lease'),
  call: channel('vitest-python:call'),
  worker: channel('vitest-python:worker'),
  verdict: channel('vitest-python:verdict'),
}

/** Whether the event has to be made at all. */
export function hasSubscribers(topic: Topic): boolean {
  return channels[topic].hasSubscribers
}

/** Publishes an event in this process, if it has subscribers. */
export function publish<T extends Topic>(topic: T, event: PythonChannels[`vitest-python:${T}`]): void {
  if (channels[topic].hasSubscribers) channels[topic].publish(event)
}
