using Benchmarks;

var settings = StepSettings.Paper;
foreach (var (k, v) in new[] { (-3, "MMAP"), (-1, "TRIM"), (-2, "TOP"), (-8, "ARENA") })
    if (Environment.GetEnvironmentVariable("X" + v) is { } value)
        Console.Error.WriteLine($"{v} {M.mallopt(k, int.Parse(value))}");
int code = 0;
var thread = new Thread(() => code = Run());
thread.Start();
thread.Join();
return code;
int Run() => Worker.Run(args[1], settings with { Threads = int.Parse(args[2]), Batch = int.Parse(args[3]), Size = int.Parse(args[4]) });

static class M {
  [System.Runtime.InteropServices.DllImport("libc")] public static extern int mallopt(int k, int v);
}
