using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// A module of a supernet that changes with the epoch, for example by a <c>Schedule</c>: an operation, a block or what stands around an
/// edge. The supernet calls it before every step.
/// </summary>
public interface IScheduledModule
{
    /// <summary>Takes over a moment of the search; (0, 0, 1) until the search has begun.</summary>
    /// <param name="position">The moment.</param>
    void MoveTo(EpochPosition position);
}
