// Finds the axis of a stream among the axes of a port, where it may be shortened.
import { splitName } from '../../compiler/elaborate/values/shortenedName.ts'
import type { AxisSignature, Port } from '../../compiler/elaborate/values/signature.ts'

/** Whether an axis is the one of that name, or a shortened form of it: `T` or `T-1`. */
export const isAlong = (axis: AxisSignature, name: string): boolean => splitName(axis.name).base === name

/** The place of the axis among those of a port; -1 if the port is not over it. */
export const placeAlong = ({ axes }: Port, name: string): number => axes.findIndex(a => isAlong(a, name))

/** Number of elements that a shortened form of the axis lacks: 1 for `T-1`, 0 for `T`. */
export const droppedOf = ({ name }: AxisSignature): number => splitName(name).dropped
