using System.Runtime.InteropServices;
using SingleDarts.Core.Data;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>
/// A search, in a process of its own, whose memory ends between the forward and the backward pass of its second step: large tensors no
/// longer fit, the little that .NET needs does. Then the limit is lifted and another search runs.
/// </summary>
internal static class OutOfMemory
{
    private const int BatchSize = 384;

    public static int Search(CellExecution execution)
    {
        try
        {
            Run(new LimitedScheme(), BatchSize);
            Console.WriteLine("finished");
        }
        catch (InvalidOperationException e) when (e.InnerException is ExternalException)
        {
            Console.WriteLine($"caught: {e.Message.Split((char)10)[0]}");
        }
        Console.WriteLine($"then {Run(OptimizationSchemes.SingleLevel, 8)}");
        return 0;

        double Run(IOptimizationScheme scheme, int batchSize)
        {
            using ClassificationDataset data = GeneratedImages.Create(2 * batchSize, seed: 3, size: 32);
            return ArchitectureSearch.In(SearchSpaces.NasBench201(10, channels: 16, cellsPerStage: 1)).On(data).Using(scheme)
                .For(1, batchSize).WithSeed(1).ComputingCells(execution).RunAsync().GetAwaiter().GetResult().Epochs[0].WeightLoss;
        }
    }

    private sealed record LimitedScheme : IOptimizationScheme
    {
        private const int AddressSpace = 9;
        private const ulong LeftForSmallThings = 20 << 20;
        private const long PieceBytes = BatchSize * 16L * 32 * 32 * sizeof(float);

        private int steps;

        public string Name => "limited";

        public SampleAllocation Allocate(long samples, Generator generator) => new(SampleOrder.All(samples));

        public StepOutcome Step(StepContext step)
        {
            BatchOutcome outcome = step.Evaluate(step.WeightBatch);
            step.WeightOptimizer.ZeroGrad();
            step.ArchitectureOptimizer.ZeroGrad();
            List<Tensor> filling = ++steps == 2 ? Fill() : [];
            try
            {
                StepContext.Backward(outcome.Loss, step.WeightOptimizer, step.ArchitectureOptimizer);
            }
            finally
            {
                Set(ulong.MaxValue);
                filling.ForEach(tensor => tensor.Dispose());
            }
            outcome = outcome.Detach();
            return new StepOutcome(outcome, outcome);
        }

        /// <summary>Takes all memory in pieces that are as large as a tensor of the backward pass.</summary>
        private static List<Tensor> Fill()
        {
            string used = File.ReadAllLines("/proc/self/status").First(line => line.StartsWith("VmSize"));
            Set((ulong.Parse(used.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]) * 1024) + LeftForSmallThings);
            var pieces = new List<Tensor>();
            try
            {
                while (true)
                    pieces.Add(empty(PieceBytes, ScalarType.Byte));
            }
            catch (ExternalException)
            {
                return pieces;
            }
        }

        private static void Set(ulong bytes) => _ = SetLimit(AddressSpace, [bytes, ulong.MaxValue]);

        [DllImport("libc", EntryPoint = "setrlimit")]
        private static extern int SetLimit(int resource, ulong[] limit);
    }
}
