using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>Turns a batch of samples into what the model takes: conversion, normalisation, augmentation.</summary>
public interface IBatchTransform
{
    /// <summary>Transforms one batch.</summary>
    /// <param name="inputs">Shape [N, ...], the dataset's type; not changed.</param>
    /// <param name="generator">A CPU generator. Random numbers are drawn on the CPU, a few per sample, so that they do not
    /// depend on the device.</param>
    /// <param name="dtype">Floating-point type of the result.</param>
    /// <returns>A new tensor of type <paramref name="dtype"/> on the device of <paramref name="inputs"/>, first dimension N.</returns>
    Tensor Apply(Tensor inputs, Generator generator, ScalarType dtype);

    /// <summary>This transform without its random part, for samples to evaluate on.</summary>
    /// <returns>This transform by default.</returns>
    IBatchTransform ForEvaluation() => this;

    /// <summary>What the values of a result are, in words; becomes <see cref="IBatchSource.ValueScale"/>.</summary>
    /// <param name="isImage">Whether the samples are unsigned bytes rather than floating point.</param>
    /// <returns>Null by default: not known.</returns>
    string? ValueScale(bool isImage) => null;
}
