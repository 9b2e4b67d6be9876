// Processor time and memory of a process, as the kernel counts them.
// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html

import { readFileSync } from 'node:fs';

/**
 * As a process reports it of itself: microseconds of all its threads, user and system (process.cpuUsage), and bytes.
 */
export type Usage = { cpu: number; resident: number };

// The kernel counts processor time in ticks of 1/100 second on every platform that Node 24 runs on.
const millisecondsPerTick = 10;

/** Processor time of all threads of a process, user and system, in milliseconds. */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the command in parentheses and may hold spaces; the counting starts after it, at field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * millisecondsPerTick;
}

/** The process and those that it has started, and so on. */
export function processTree(pid: number): number[] {
  let children: string;
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
  } catch {
    // It has ended meanwhile.
    return [];
  }
  return [
    pid,
    ...children
      .trim()
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => processTree(Number(child))),
  ];
}

/** What the kernel counts of a process that cannot report it of itself, with the coarser clock of `processorTime`. */
export function kernelUsage(pid: number): Usage {
  return { cpu: 1000 * processorTime(pid), resident: memory(pid, 'VmRSS') };
}

/** The most memory that was ever resident, in bytes. */
export function peakMemory(pid: number): number {
  return memory(pid, 'VmHWM');
}

function memory(pid: number, figure: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
}
