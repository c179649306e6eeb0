using SingleDarts.Core.Runtime;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// Forward and backward passes between two steps that leave no trace: running statistics, random generators and the execution of cells
/// are put back at the end, and every tensor made meanwhile is freed. Gradients are to be taken by <c>autograd.grad</c>, which leaves
/// the parameters' <c>grad</c> alone. To be used before a step.
/// </summary>
internal sealed class Measurement : IDisposable
{
    private readonly IDisposable scope = NewDisposeScope();
    private readonly SearchMoment moment;
    private readonly Supernet supernet;
    private readonly CellExecution execution;
    private readonly RunRandom.Draw draw;
    private readonly Tensor relaxation;
    private readonly (Tensor Buffer, Tensor Copy)[] buffers;

    public Measurement(SearchMoment moment)
    {
        this.moment = moment;
        supernet = moment.Context.Supernet;
        execution = supernet.Execution;
        buffers = [.. supernet.named_buffers().Select(b => (b.buffer, b.buffer.clone()))];
        relaxation = supernet.RelaxationGenerator.get_state();
        draw = (moment.Random ?? new RunRandom(supernet, new RandomStreams()))
            .Begin(new RandomStreams().Derive("measurement", moment.Epoch, moment.Step));
    }

    /// <summary>Lets sampled relaxations and random operations draw the numbers of this measurement's beginning once more.</summary>
    public void Rewind()
    {
        draw.Rewind();
        supernet.RelaxationGenerator.set_state(relaxation);
    }

    public void Dispose()
    {
        using (no_grad())
            foreach (var (buffer, copy) in buffers)
                buffer.copy_(copy);
        supernet.Execution = execution;
        supernet.RelaxationGenerator.set_state(relaxation);
        draw.Dispose();
        scope.Dispose();
    }
}
