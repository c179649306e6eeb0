using Benchmarks;

var settings = StepSettings.Paper;
return Worker.Run(args[1], settings with { Threads = int.Parse(args[2]), Batch = int.Parse(args[3]), Size = int.Parse(args[4]) });
