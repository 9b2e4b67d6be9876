// Configuration section `check`: what `concierge check` accepts.
import { z } from 'zod';
import { count, filePath } from './values.ts';

/** Usage is stored for so long. */
const MAX_DAYS = 30;

export const daysMessage = `give days such as "7d", from "1d" to "${MAX_DAYS}d"`;

/** A number of days as text, such as `7d`. */
export const days = z
  .string(daysMessage)
  .regex(/^[1-9]\d?d$/, daysMessage)
  .refine((text) => daysOf(text) <= MAX_DAYS, daysMessage);

export function daysOf(text: string): number {
  return Number.parseInt(text, 10);
}

export const minRequests = count('requests');

export const checkSection = z
  .strictObject({
    /**
     * File with the breaks that are accepted, in YAML or JSON, where it exists. Default: checks/accepted-breaks.yaml.
     * @example 'accepted-breaks.json'
     */
    accepted: filePath.default('checks/accepted-breaks.yaml'),
    /**
     * Operations that clients requested less often within the period break nothing, by recorded usage. Default: all
     * operations count.
     * @example 10
     */
    minRequests: minRequests.optional(),
    /**
     * The period of `minRequests`, in days up to today; 30 days at most. Default: 30d.
     * @example '7d'
     */
    within: days.default(`${MAX_DAYS}d`),
  })
  .prefault({});
