using BenchmarkDotNet.Attributes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>Forward and backward pass of one cell of the first stage, batch 64.</summary>
public class CellBenchmarks
{
    private Supernet supernet = null!;
    private SupernetCell cell = null!;
    private Tensor input = null!, weights = null!;

    [Params(CellExecution.PerEdge, CellExecution.Merged, CellExecution.MergedWithRecomputation)]
    public CellExecution Execution { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        TorchRuntime.EnsureLoaded();
        NativeMemory.KeepForReuse();
        supernet = new Supernet(SearchSpaces.NasBench201(cellsPerStage: 1), null, new SupernetOptions { Execution = Execution });
        supernet.train();
        cell = supernet.Cells.First();
        input = randn([64, 32, 32, 16]).permute(0, 3, 1, 2).requires_grad_();
        weights = rand([6, 5]).requires_grad_();
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using var scope = NewDisposeScope();
        input.grad = null;
        weights.grad = null;
        cell.call(input, input, weights).sum().backward();
    }

    [GlobalCleanup]
    public void Cleanup() => supernet.Dispose();
}
