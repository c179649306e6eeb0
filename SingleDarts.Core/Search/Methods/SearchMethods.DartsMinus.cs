using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Supernets;

namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// DARTS- (Chu et al., ICLR 2021): DARTS of first order with an <see cref="AuxiliarySkip"/> on every edge, whose β falls from 1 to 0
    /// over the 50 epochs. Everything else is that of <see cref="Darts"/> in the same space.
    /// </summary>
    /// <param name="beta">β over the epochs; <see cref="AuxiliarySkip.Weight"/> if null.</param>
    /// <remarks>From <c>Meituan-AutoML/DARTS-</c> adb81a8, whose search in the DARTS space goes through α's half in order.</remarks>
    public static SearchMethod DartsMinus(Schedule? beta = null) => new("darts-minus", space => Darts().Options(space) with
    {
        EdgeDecorators = [beta is null ? new AuxiliarySkip() : new AuxiliarySkip { Weight = beta }],
    })
    {
        Title = "DARTS-",
        Spaces = [InNasBench201, InDarts],
        Published = [Table1("91.03 ± 0.44", "93.80 ± 0.40")],
        Unverified =
        [
            "Everything in NAS-Bench-201: the published code has no search there. Taken are DARTS of that space and the skip connection.",
            "The code goes through α's half in order; here each of its batches is one of a fresh shuffle.",
        ],
        Source = "Chu et al., DARTS-: Robustly Stepping out of Performance Collapse Without Indicators, ICLR 2021; " +
            "Meituan-AutoML/DARTS- adb81a8",
    };
}
