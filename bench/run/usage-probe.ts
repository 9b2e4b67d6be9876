// Usage probe of a gateway's process, loaded with `--import`: replies to every message of the parent process with
// process.cpuUsage() and the resident memory. The channel keeps no process alive.

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, resident: process.memoryUsage.rss() });
});
process.channel?.unref();
