namespace SingleDarts.Core.Search;

public static partial class SearchMethods
{
    /// <summary>
    /// Single-DARTS (Hou et al., 2021): one batch moves w and α (Eq. 16), independent sigmoids from p = 0.125, SGD 0.005 with a cosine to
    /// 0, Adam 3e-4 without weight decay, 50 epochs of batches of 64 (Section 5.1.1). It is what <see cref="SearchOptions"/> has by
    /// default.
    /// </summary>
    /// <remarks>
    /// The paper does not state the clipping of the gradient; 5 is that of DARTS. Its published code was not available.
    /// </remarks>
    public static SearchMethod SingleDarts() => new("single-darts", _ => new SearchOptions())
    {
        Title = "Single-DARTS",
        Spaces = [InNasBench201, InDarts],
        Published = [Table1("91.55 ± 0", "94.36 ± 0"), "DARTS space, CIFAR-10: 97.54 test, of 14 cells (Table 3)"],
        Unverified =
        [
            "The paper does not state the clipping of the gradient; 5 is that of DARTS.", "Its published code was not available.",
        ],
        Source = "Hou et al., Single-DARTS: Towards Stable Architecture Search, 2021, Section 5.1.1",
    };
}
