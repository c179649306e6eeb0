using SingleDarts.Core.Operations;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Dropout of single numbers behind one candidate if it keeps the shape, while training: P-DARTS (Chen et al., ICCV 2019) holds back
/// the skip connection with it. A skip connection of stride 2 is not touched.
/// </summary>
/// <param name="Candidate">Name of the candidate, for example <c>skip_connect</c>.</param>
/// <param name="Rates">Probability that a number is set to 0, for each stage; the last one for further stages.</param>
public sealed record CandidateDropout(string Candidate, IReadOnlyList<Schedule> Rates) : IEdgeDecorator
{
    /// <inheritdoc/>
    public string Name => $"dropout behind {Candidate}";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (space.Cells.All(cell => cell.Operations.All(operation => operation.Name != Candidate)))
            yield return $"There is to be dropout behind '{Candidate}', which is no candidate of '{space.Name}'; expected one of " +
                $"{string.Join(", ", space.Cells[0].Operations)}.";
        if (Rates.Count == 0)
            yield return $"The dropout behind '{Candidate}' has no rate; give one for each stage.";
        foreach (string fault in Rates.SelectMany(rate => rate.Faults($"dropout behind '{Candidate}'")))
            yield return fault;
        if (Rates.FirstOrDefault(rate => rate.Start is not (>= 0 and < 1)) is { } outside)
            yield return $"The dropout behind '{Candidate}' starts at {outside.Start}; expected 0 or more and less than 1.";
    }

    /// <inheritdoc/>
    public nn.Module<Tensor, Tensor> Wrap(
        CandidateOperation candidate, OperationContext place, nn.Module<Tensor, Tensor> module) =>
        Given.NotNull(candidate).Name == Candidate && Given.NotNull(place).IsShapePreserving ? new Dropped(module, Rates) : module;

    private sealed class Dropped : nn.Module<Tensor, Tensor>, IScheduledModule
    {
        private readonly nn.Module<Tensor, Tensor> candidate;
        private readonly IReadOnlyList<Schedule> rates;
        private double rate;

        public Dropped(nn.Module<Tensor, Tensor> candidate, IReadOnlyList<Schedule> rates) : base(nameof(CandidateDropout))
        {
            this.candidate = candidate;
            this.rates = rates;
            RegisterComponents();
        }

        public void MoveTo(EpochPosition position) => rate = rates[Math.Min(position.Stage, rates.Count - 1)].At(position);

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor output = candidate.call(input);
            return (training && rate > 0 ? Bernoulli.Keep(output, output.shape, rate) : output.alias()).MoveToOuterDisposeScope();
        }
    }
}
