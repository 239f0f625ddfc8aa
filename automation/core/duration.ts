/** Seconds as people read them: 0.4 s, 12 s, 3 min 20 s. */
export function duration(seconds: number): string {
    if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
