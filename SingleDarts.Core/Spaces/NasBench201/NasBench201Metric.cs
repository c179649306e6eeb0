namespace SingleDarts.Core.Spaces;

/// <summary>
/// A column of accuracies of NAS-Bench-201, in percent, mean over the training seeds: which data a network trained on, and
/// which it was tested on. The benchmark calls the halves of an official test set x-valid and x-test.
/// </summary>
public enum NasBench201Metric
{
    /// <summary>
    /// CIFAR-10 validation: trained on 25,000 of the 50,000 training images (<c>cifar10-valid</c>), tested on the other 25,000
    /// (<c>x-valid</c>).
    /// </summary>
    Cifar10Validation,

    /// <summary>
    /// CIFAR-10 test: trained on all 50,000 training images (<c>cifar10</c>), tested on the 10,000 test images (<c>ori-test</c>).
    /// </summary>
    Cifar10Test,

    /// <summary>
    /// CIFAR-100 validation: trained on the 50,000 training images, tested on 5,000 of the 10,000 test images (<c>x-valid</c>).
    /// </summary>
    Cifar100Validation,

    /// <summary>CIFAR-100 test: the same networks, tested on the other 5,000 test images (<c>x-test</c>).</summary>
    Cifar100Test,

    /// <summary>
    /// ImageNet16-120 validation: trained on the 151,700 training images, tested on 3,000 of the 6,000 test images (<c>x-valid</c>).
    /// </summary>
    ImageNet16Validation,

    /// <summary>ImageNet16-120 test: the same networks, tested on the other 3,000 test images (<c>x-test</c>).</summary>
    ImageNet16Test,
}
